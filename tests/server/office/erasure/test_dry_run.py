"""The dry run of an erasure counts the rows that the erasure empties, and changes none."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.server.attachments.test_secure_delete import PICTURE, named, sent
from tests.server.office.erasure.test_operations import (
    RULES,
    add_privacy_officers,
    purged,
    refusal,
    request,
    session_with_a_history,
    texts,
)
from tests.server.pictures import sha256
from tests.world import TENANT, World

from field178_server.attachments.storage.file_store import FileStore
from field178_server.database.models import Blob, ChangeHistory, DivergentRecord, Quarantine
from field178_server.database.unit_of_work import snapshot
from field178_server.office.erasure.dry_run import Extent, extent_of
from field178_shared.errors import ErrorCode


@pytest.fixture(autouse=True)
def privacy_officers(world: World) -> None:
    add_privacy_officers(world)


def extent(world: World, record_id: str) -> Extent:
    with snapshot(world.engine) as session:
        return extent_of(session, TENANT, RULES, record_id, world.clock.now())


def kept(world: World) -> tuple[int, int, int]:
    """How many rows hold a text: history, quarantine, salvage."""

    with snapshot(world.engine) as session:
        changes, waiting = (
            session.query(model).filter(model.payload.is_not(None)).count()
            for model in (ChangeHistory, Quarantine)
        )
        return changes, waiting, session.query(DivergentRecord).count()


def test_every_row_that_a_purge_empties_was_counted(world: World) -> None:
    filed = session_with_a_history(world, world.tablet(), world.tablet())
    before, counted = texts(world), extent(world, filed)
    assert texts(world) == before
    had = kept(world)
    purged(world, filed)
    # The act of the purge itself is a row of the history.
    taken = [count - left for count, left in zip(had, kept(world), strict=True)]
    assert (counted.changes, counted.quarantined, counted.divergent) == (taken[0] + 1, taken[1], taken[2])
    assert (counted.companions, counted.rev, counted.backups) == (3, 2, 0)


def test_files_that_stay_are_distinguished_from_erased_files(world: World, tmp_path: Path) -> None:
    tablet, store = world.tablet(), FileStore(tmp_path, TENANT)
    record_id = tablet.created(named(PICTURE))
    sent(world, store, tablet, record_id)
    alone = extent(world, record_id)
    assert (alone.stored, alone.shared_files, alone.uploads) == ({sha256(PICTURE)}, 0, 0)
    tablet.created(named(PICTURE))
    shared = extent(world, record_id)
    assert (shared.stored, shared.shared_files) == (frozenset(), 1)
    purged(world, record_id)
    assert [row.sha256 for row in world.rows(Blob)] == [sha256(PICTURE)]


def test_dry_run_refuses_the_records_that_a_request_refuses(world: World) -> None:
    record_id = world.tablet().created()
    absent = "01900000-0000-7000-8000-00000000dead"
    assert refusal(lambda: extent(world, absent)) is ErrorCode.NOT_FOUND
    purged(world, record_id)
    assert refusal(lambda: extent(world, record_id)) is ErrorCode.PURGED
    assert refusal(lambda: request(world, record_id)) is ErrorCode.PURGED
