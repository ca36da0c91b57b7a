"""Office and tablet never wait for each other in a circle: tablets, then records, salvage, scopes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session
from tests.contract.interleavings import Order, Stage, Work, Writer, stepping
from tests.engine_events import listen
from tests.server.office.erasure.test_operations import FIRST, RULES, SECOND, add_privacy_officers
from tests.server.replication.test_divergent_records import held, salvaged
from tests.world import ESTABLISHMENT, OTHER_UNIT, UNIT, Json, Tablet, World

from field178_server.audit.operation_context import OperationContext
from field178_server.database.unit_of_work import run_write
from field178_server.office.erasure import operations as erasure
from field178_server.office.records import operations as records
from field178_server.office.recovery import operations as recovery
from field178_server.office.recovery.operations import DivergentRecordKey
from field178_shared.codelists import load
from field178_shared.errors import AppError
from field178_shared.ids import IdSource


def office(world: World, act: Callable[[Session, OperationContext], object]) -> Work:
    context = OperationContext(world.tenant_id, world.clock, IdSource(world.clock, random.Random(7)), load())

    def work() -> list[Json]:
        # What another has purged meanwhile is not there to be taken in.
        with suppress(AppError):
            run_write(world.engine, lambda session: act(session, context))
        return []

    return work


def taking(world: World, record_id: str) -> Work:
    return office(
        world, lambda session, context: recovery.take(session, context, RULES, DivergentRecordKey(record_id))
    )


def purging(world: World, record_id: str) -> Work:
    office(world, lambda s, context: erasure.request(s, context, RULES, record_id, FIRST, "Yêu cầu"))()
    return office(world, lambda session, context: erasure.confirm(session, context, RULES, record_id, SECOND))


def moving(world: World, record_id: str, scope: str) -> Work:
    return office(world, lambda session, context: records.move(session, context, record_id, scope))


def taken_in_while_its_orphan_s_tablet_pushes(world: World, tablet: Tablet) -> list[Work]:
    record = held(world)
    salvaged(tablet, record)
    tablet.push(tablet.change(record["id"], {"village": "Thôn 2"}))
    return [taking(world, record["id"]), partial(tablet.push, tablet.create())]


def taken_in_while_the_tablet_that_replaced_its_own_pushes(world: World, tablet: Tablet) -> list[Work]:
    record, new = held(world), world.tablet()
    salvaged(tablet, record)
    waits = tablet.change(record["id"], {"village": "Thôn 2"})
    tablet.push(waits)
    new.push(waits)
    return [taking(world, record["id"]), partial(new.push, new.create())]


def taken_in_while_another_tablet_makes_it(world: World, tablet: Tablet) -> list[Work]:
    record, other = held(world), world.tablet()
    salvaged(tablet, record)
    tablet.push(tablet.change(record["id"], {"village": "Thôn 2"}))
    made = other.change(record["id"], ESTABLISHMENT, create=True)
    return [taking(world, record["id"]), partial(other.push, made)]


def purged_while_what_waits_for_it_has_a_tablet_that_pushes(world: World, tablet: Tablet) -> list[Work]:
    record_id = tablet.created()
    tablet.push(tablet.change(record_id, {"rooms_total": -1}))
    return [purging(world, record_id), partial(tablet.push, tablet.create())]


def moved_while_the_tablet_of_what_waits_pushes(world: World, tablet: Tablet) -> list[Work]:
    elsewhere = ESTABLISHMENT | {"unit_id": "c11632_v1"}
    record_id = world.tablet(OTHER_UNIT, "ref").created(elsewhere, scope=OTHER_UNIT)
    tablet.push(tablet.change(record_id, {"village": "Thôn 2"}))
    late = tablet.change(record_id, {"later": 1})
    return [moving(world, record_id, UNIT), partial(tablet.push, late)]


def purged_while_it_is_taken_in(world: World, tablet: Tablet) -> list[Work]:
    record_id = tablet.created()
    salvaged(tablet, held(world, id=record_id))
    return [purging(world, record_id), taking(world, record_id)]


MEETINGS = (
    taken_in_while_its_orphan_s_tablet_pushes,
    taken_in_while_the_tablet_that_replaced_its_own_pushes,
    taken_in_while_another_tablet_makes_it,
    purged_while_what_waits_for_it_has_a_tablet_that_pushes,
    purged_while_it_is_taken_in,
    moved_while_the_tablet_of_what_waits_pushes,
)


@pytest.mark.parametrize("meeting", MEETINGS)
def test_nobody_waits_in_a_circle(
    world: World, meeting: Callable[[World, Tablet], list[Work]], interleavings: Sequence[Order]
) -> None:
    add_privacy_officers(world)
    reader, circles = world.tablet(), list[str]()

    def notice(context: ExceptionContext) -> None:
        # The engine breaks a circle after a second, and the work runs again: nothing else would show it.
        if "deadlock" in str(context.original_exception):
            circles.append(str(context.statement))

    listen(world.engine, "handle_error", notice)

    for order in interleavings:
        writers = [Writer(name, work) for name, work in enumerate(meeting(world, world.tablet()))]
        with stepping(world.engine) as spy:
            Stage(world, writers, reader, spy).play(order)
        assert circles == []
