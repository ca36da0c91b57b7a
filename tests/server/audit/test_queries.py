"""Who did something to one object last."""

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


def found(world: World, object_id: str, days: int = 30) -> LastAction | None:
    since = world.clock.now() - timedelta(days=days)
    with snapshot(world.engine) as session:
        return last_action(session, world.tenant_id, object_id, {MENDED, RUN}, since)


def test_the_last_of_the_acts_asked_for_is_told_with_its_officers_name(world: World) -> None:
    one, other = world.ids.time_ordered(), world.ids.time_ordered()
    officer = Actor("officer", OFFICER)
    note(world, trail.OPERATOR, AuditEntry(RUN, one, UNIT))
    at = note(world, officer, AuditEntry(MENDED, one, UNIT))
    note(world, trail.OPERATOR, AuditEntry("quarantine_set_aside", one, UNIT))
    note(world, trail.OPERATOR, AuditEntry(MENDED, other, UNIT))
    last = found(world, one)
    assert last is not None
    assert (last.actor_id, last.at, last.names.people[OFFICER]) == (OFFICER, at, "An")


def test_act_of_the_operator_has_no_officer(world: World) -> None:
    one = world.ids.time_ordered()
    note(world, trail.OPERATOR, AuditEntry(RUN, one, UNIT))
    last = found(world, one)
    assert last is not None
    assert last.actor_id is None


def test_nothing_is_told_of_what_nobody_did_or_did_long_ago(world: World) -> None:
    one = world.ids.time_ordered()
    assert found(world, one) is None
    note(world, trail.OPERATOR, AuditEntry(RUN, one, UNIT))
    assert found(world, one, days=-1) is None
