"""Integrity checks run in one process a day, and their faults are stored."""

from __future__ import annotations

from datetime import timedelta

from tests.world import World

from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.maintenance import check_log
from field178_server.maintenance.check_log import last_check


def claim(world: World, **later: float) -> bool:
    now = world.clock.now() + timedelta(**later)
    return run_write(world.engine, lambda session: check_log.claim(session, world.tenant_id, now))


def keep(world: World, *faults: str) -> None:
    run_write(
        world.engine,
        lambda session: check_log.keep(session, world.tenant_id, world.clock.now(), faults),
    )


def test_a_second_process_does_not_check_again_on_the_same_day(world: World) -> None:
    assert claim(world)
    assert not claim(world)
    keep(world)
    assert not claim(world, hours=23)
    assert claim(world, hours=25)


def test_a_check_without_an_end_is_begun_again_at_the_next_look(world: World) -> None:
    claim(world)
    keep(world)
    assert claim(world, hours=24)
    assert not claim(world, hours=24, minutes=15)
    assert claim(world, hours=25)


def test_all_faults_of_a_check_are_counted_and_the_first_stored(world: World) -> None:
    claim(world)
    with snapshot(world.engine) as session:
        assert last_check(session, world.tenant_id) is None
    keep(world, *(f"record: {number}" for number in range(150)))
    with snapshot(world.engine) as session:
        check = last_check(session, world.tenant_id)
    assert check is not None
    assert (check.fault_count, len(check.faults), check.faults[0]) == (150, 100, "record: 0")


def test_check_by_an_operator_is_stored_too(world: World) -> None:
    keep(world)
    with snapshot(world.engine) as session:
        check = last_check(session, world.tenant_id)
    assert check is not None
    assert check.fault_count == 0
