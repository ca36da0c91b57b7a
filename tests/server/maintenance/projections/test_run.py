"""Rows of lists are those of the stored records again, whatever happened to them, and beside a server."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete
from tests.server.maintenance.projections import scene
from tests.server.maintenance.projections.scene import check, context, last, project
from tests.server.records.register_walk import walk
from tests.world import ESTABLISHMENT, World

from field178_server.database.models import Attachment, ChangeHistory, EstablishmentProjection
from field178_server.database.unit_of_work import unit_of_work
from field178_server.maintenance.projections import run
from field178_server.maintenance.projections.run import RebuildProgress
from field178_server.records.stored_record import next_revision


@pytest.fixture
def filled(world: World) -> World:
    """A store with rows in every table of projections."""
    scene.fill(world)
    return world


def test_every_column_of_the_scene_has_a_value(filled: World) -> None:
    """Without it a column that a migration leaves empty would be taken for right."""
    contents = scene.contents(filled)
    empty = [
        f"{column.table.name}.{column.name}"
        for model in scene.DAMAGE
        for column in model.__table__.columns
        if {row[column.name] for row in contents[model.__tablename__]} <= {None, 0, ""}
    ]
    assert empty == []


def test_rows_as_pushes_wrote_them_do_not_differ(filled: World) -> None:
    before = scene.contents(filled)
    assert check(filled) == {}
    assert project(filled).differing == {}
    assert scene.contents(filled) == before


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_of_any_register_do_not_differ(world: World, seed: int) -> None:
    for _ in walk(world, seed, 40):
        pass
    assert check(world) == {}


def test_lost_rows_are_written_as_they_were(filled: World) -> None:
    before = scene.contents(filled)
    scene.lose(filled)
    project(filled)
    assert scene.contents(filled) == before
    assert check(filled) == {}


def test_damaged_rows_are_reported_and_repaired(filled: World) -> None:
    before = scene.contents(filled)
    scene.damage(filled)
    damaged = scene.contents(filled)
    tables = {model.__tablename__ for model, values in scene.DAMAGE.items() if values}
    assert check(filled).keys() == tables
    assert scene.contents(filled) == damaged
    assert project(filled).differing.keys() == tables
    assert scene.contents(filled) == before
    assert check(filled) == {}


def test_rows_that_no_record_gives_are_deleted(filled: World) -> None:
    before = scene.contents(filled)
    scene.add_surplus(filled)
    assert check(filled).keys() >= {"establishment_row", "follow_up_answer", "duplicate_key", "filed_facet"}
    last(run.project(filled.engine, context(filled), size=1))
    assert scene.contents(filled) == before


def test_records_that_change_between_batches_keep_their_newest_rows(filled: World) -> None:
    scene.damage(filled)
    tablet = filled.tablet()
    tablet.pull()
    places = sorted(row.record_id for row in filled.rows(EstablishmentProjection))
    steps = run.project(filled.engine, context(filled), size=1)
    next(steps)
    for number, place in enumerate((places[0], places[-1])):
        was = {"name": tablet.base[place]["data"]["name"]}
        tablet.push(tablet.change(place, {"name": f"Nhà nghỉ {number}"}, was=was))
    added = tablet.created({**ESTABLISHMENT, "name": "Nhà nghỉ Mới"})
    last(steps)
    names = {row.record_id: row.name for row in filled.rows(EstablishmentProjection)}
    assert [names[record_id] for record_id in (places[0], places[-1], added)] == [
        "Nhà nghỉ 0",
        "Nhà nghỉ 1",
        "Nhà nghỉ Mới",
    ]
    assert check(filled) == {}


def test_a_batch_waits_for_a_change_that_is_not_committed_yet(filled: World) -> None:
    place = filled.rows(EstablishmentProjection)[0].record_id
    runs: list[RebuildProgress] = []
    thread = threading.Thread(target=lambda: runs.append(project(filled)))
    with unit_of_work(filled.engine) as session:
        batch = filled.batch(session)
        batch.load([place])
        stored = batch.get(place)
        assert stored is not None
        batch.put(next_revision(stored, data={**stored.data, "name": "Nhà nghỉ Đang Sửa"}))
        batch.flush()
        thread.start()
        thread.join(timeout=0.5)
        assert thread.is_alive()
    thread.join(timeout=20)
    assert [progress.differing for progress in runs] == [{}]
    names = {row.record_id: row.name for row in filled.rows(EstablishmentProjection)}
    assert names[place] == "Nhà nghỉ Đang Sửa"


def test_a_lost_file_belongs_to_the_tablet_whose_change_was_applied(filled: World) -> None:
    before = filled.rows(Attachment)
    refused = {"rev": None, "device_id": "other", "received_at": before[0].named_at - timedelta(days=1)}
    change = ChangeHistory(
        tenant_id=filled.tenant_id,
        change_id="refused",
        record_id=before[0].record_id,
        payload=before[0].sha256,
        **refused,
    )
    with unit_of_work(filled.engine) as session:
        session.add(change)
        session.execute(delete(Attachment))
    project(filled)
    after = filled.rows(Attachment)
    assert [(row.device_id, row.named_at) for row in after] == [
        (row.device_id, row.named_at) for row in before
    ]
