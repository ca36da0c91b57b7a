"""Moves of records by the office: waiting changes run again where their tablet has access now."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session
from tests.world import ESTABLISHMENT, OTHER_UNIT, UNIT, Json, Tablet, World

from field178_server.audit.operation_context import OperationContext
from field178_server.database.unit_of_work import run_write
from field178_server.office.records import operations as records
from field178_shared.codelists import load
from field178_shared.ids import IdSource


def move(world: World, record_id: str, scope: str) -> None:
    context = OperationContext(world.tenant_id, world.clock, IdSource(world.clock, random.Random(7)), load())

    def work(session: Session) -> None:
        records.move(session, context, record_id, scope)

    run_write(world.engine, work)


def hidden_record(world: World) -> str:
    """File a record in a commune that the tablets of the test do not have."""
    elsewhere = ESTABLISHMENT | {"unit_id": "c11632_v1"}
    return world.tablet(OTHER_UNIT, "ref").created(elsewhere, scope=OTHER_UNIT)


def edit(tablet: Tablet, record_id: str) -> Json:
    return tablet.change(record_id, {"village": "Thôn 2"})


def second_create(tablet: Tablet, record_id: str) -> Json:
    return tablet.change(record_id, {"village": "Thôn 2"}, create=True)


def edit_of_its_scope(tablet: Tablet, record_id: str) -> Json:
    return tablet.change(record_id, {"village": "Thôn 2"}, scope=OTHER_UNIT)


@pytest.mark.parametrize(
    ("made", "reason"),
    [(edit, "orphan"), (second_create, "schema"), (edit_of_its_scope, "scope_not_granted")],
)
def test_waiting_change_runs_when_its_record_moves_into_a_granted_scope(
    world: World, made: Callable[[Tablet, str], Json], reason: str
) -> None:
    tablet, record_id = world.tablet(), hidden_record(world)
    change = made(tablet, record_id)
    (receipt,) = tablet.push(change)
    assert (receipt["status"], receipt["reason"]) == ("quarantined", reason)
    move(world, record_id, UNIT)
    tablet.pull()
    later = tablet.receipts[change["change_id"]]
    assert (later["status"], later["reason"], later["scope"]) == ("applied", None, UNIT)
    assert tablet.base[record_id]["data"]["village"] == "Thôn 2"


def test_waiting_change_stays_when_its_record_moves_to_a_hidden_scope(world: World) -> None:
    tablet, record_id = world.tablet("ref"), hidden_record(world)
    (before,) = tablet.push(tablet.change(record_id, {"village": "Thôn 2"}, scope="ref"))
    move(world, record_id, UNIT)
    assert tablet.push(tablet.pushed[0]) == [before]
