"""Query of the last action on an object and its officer."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.world import OFFICER, UNIT, World

from field178_server.audit import trail
from field178_server.audit.queries import LastAction, last_action
from field178_server.audit.trail import Actor, AuditEntry
from field178_server.database.unit_of_work import run_write, snapshot

MENDED, RUN = "quarantine_mended", "quarantine_run_again"


def note(world: World, actor: Actor, entry: AuditEntry) -> datetime:
    stamp = trail.Stamp(world.tenant_id, world.ids.time_ordered(), world.clock.now())
    run_write(world.engine, lambda session: trail.record(session, stamp, actor, entry))
    return stamp.at


def last_of(world: World, object_id: str, days: int = 30) -> LastAction | None:
    since = world.clock.now() - timedelta(days=days)
    with snapshot(world.engine) as session:
        return last_action(session, world.tenant_id, object_id, {MENDED, RUN}, since)


def test_last_of_the_requested_actions_is_returned_with_its_officer(world: World) -> None:
    record_id, other = world.ids.time_ordered(), world.ids.time_ordered()
    officer = Actor("officer", OFFICER)
    note(world, trail.OPERATOR, AuditEntry(RUN, record_id, UNIT))
    at = note(world, officer, AuditEntry(MENDED, record_id, UNIT))
    note(world, trail.OPERATOR, AuditEntry("quarantine_set_aside", record_id, UNIT))
    note(world, trail.OPERATOR, AuditEntry(MENDED, other, UNIT))
    last = last_of(world, record_id)
    assert last is not None
    assert (last.actor_id, last.at, last.names.people[OFFICER]) == (OFFICER, at, "An")


def test_act_of_the_operator_has_no_officer(world: World) -> None:
    record_id = world.ids.time_ordered()
    note(world, trail.OPERATOR, AuditEntry(RUN, record_id, UNIT))
    last = last_of(world, record_id)
    assert last is not None
    assert last.actor_id is None


def test_no_action_is_returned_before_the_first_or_for_an_old_one(world: World) -> None:
    record_id = world.ids.time_ordered()
    assert last_of(world, record_id) is None
    note(world, trail.OPERATOR, AuditEntry(RUN, record_id, UNIT))
    assert last_of(world, record_id, days=-1) is None
