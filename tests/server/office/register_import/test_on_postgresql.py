"""An import, a stop and an undoing on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.postgres import Cluster
from tests.server.office.register_import.scene import GOOD, Desk, register, table, visible
from tests.server.office_scene import MovedClock, Office, furnish, settings_of

from field178_server.database.models import Notice
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.queue import JobState, stop
from field178_server.office.register_import.jobs import IMPORT, MOST_UNANNOUNCED


@pytest.fixture
def desk(postgres_cluster: Cluster, tmp_path: Path) -> Iterator[Desk]:
    settings = settings_of(tmp_path, database_url=postgres_cluster.new_database())
    furnish(settings, MovedClock())
    office = Office(settings)
    yield Desk(office)
    office.close()


def test_an_import_is_stopped_run_and_undone(desk: Desk) -> None:
    rows = [(f"Nhà nghỉ {n}", *GOOD[1:-2], f"GP-{n}", "") for n in range(MOST_UNANNOUNCED + 1)]
    import_id = desk.stage(table(*rows, ("", *GOOD[1:])))
    before, seen_before = register(desk.office), visible(desk.office)

    stopped = desk.queue(IMPORT, import_id, desk.checked(import_id).digest)
    run_write(desk.office.engine, lambda session: stop(session, desk.context, stopped))
    assert desk.work(stopped).state is JobState.STOPPED

    done = desk.run(import_id)
    assert (done.state, done.outcome["taken"], done.outcome["refused"]) == (JobState.DONE, len(rows), 1)
    assert len(register(desk.office)) == len(before) + len(rows)

    assert desk.undo(import_id).state is JobState.DONE
    assert (register(desk.office), visible(desk.office)) == (before, seen_before)
    # So many removals at once stop a tablet unless they were announced.
    with snapshot(desk.office.engine) as session:
        (notice,) = session.scalars(select(Notice))
    assert notice.kind == "removal"
