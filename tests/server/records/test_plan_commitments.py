"""Commitments to the list of a day: made each evening, opened after the day, and compared with the visits."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine
from tests.server.office.plan.test_operations import KEYS, Desk, assignment, opened_desk

from field178_server.database.models import PlanCommitment
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.plan.day_lists import CommittedDay, committed_days
from field178_server.office.plan.operations import SeenItem, move_item
from field178_server.records import plan_commitments
from field178_shared.time.clock import local_date

DAY = date(2026, 11, 20)
AFTERNOON, EVENING, NEXT_DAY = (
    datetime(2026, 11, 19, 10, 59, tzinfo=UTC),
    datetime(2026, 11, 19, 11, 0, tzinfo=UTC),
    datetime(2026, 11, 20, 17, 0, tzinfo=UTC),
)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return opened_desk(engine)


def plan(desk: Desk, place: int = 0) -> str:
    window = {"window_from": DAY, "window_to": DAY}
    (item,) = desk.add(desk.places[place], kind="unannounced", trigger="tip_off", **window)
    return item


def maintain(desk: Desk, now: datetime, keys: tuple[bytes, ...] = KEYS) -> None:
    """Commit to the list of a day, open and release visits, as the hourly maintenance does."""
    desk.on(now)
    engine = desk.world.engine
    run_write(engine, lambda session: plan_commitments.commit_next_day(session, "main", keys, now))
    run_write(engine, lambda session: plan_commitments.open_past_days(session, "main", keys, local_date(now)))
    desk.release()


def days(desk: Desk) -> dict[date, CommittedDay]:
    with snapshot(desk.world.engine) as session:
        return {day.day: day for day in committed_days(session, "main")}


def test_list_is_fixed_once_in_the_evening_and_opened_after_the_day(desk: Desk) -> None:
    item = plan(desk)
    maintain(desk, AFTERNOON)
    assert days(desk) == {}
    maintain(desk, EVENING)
    first = days(desk)[DAY].commitment
    maintain(desk, EVENING.replace(hour=12))
    assert days(desk)[DAY].commitment == first
    assert days(desk)[DAY].opened is None
    maintain(desk, NEXT_DAY)
    opened = days(desk)[DAY]
    assert opened.is_kept
    assert opened.opened is not None
    assert [visit for visit, _ in opened.opened.visits] == [item]
    assert (opened.changed, opened.added) == ((), ())


def test_day_without_a_visit_is_fixed_alike(desk: Desk) -> None:
    maintain(desk, EVENING)
    (empty,) = desk.world.rows(PlanCommitment)
    plan(desk)
    maintain(desk, datetime(2026, 11, 20, 11, 0, tzinfo=UTC))
    full = next(row for row in desk.world.rows(PlanCommitment) if row.day != DAY)
    assert len(empty.sealed) == len(full.sealed)
    maintain(desk, NEXT_DAY)
    assert days(desk)[DAY].is_kept


def test_visit_that_is_traded_after_the_evening_shows(desk: Desk) -> None:
    dropped = plan(desk)
    maintain(desk, EVENING)
    later = assignment(
        kind="unannounced", trigger="tip_off", window_from=date(2026, 12, 1), window_to=date(2026, 12, 1)
    )
    desk.plans(move_item, SeenItem(dropped, 1), later)
    added = plan(desk, 1)
    maintain(desk, datetime(2026, 11, 19, 17, 0, tzinfo=UTC))
    maintain(desk, NEXT_DAY)
    day = days(desk)[DAY]
    assert (day.changed, day.added) == ((dropped,), (added,))


def test_list_that_was_exchanged_has_another_hash(desk: Desk) -> None:
    plan(desk)
    maintain(desk, EVENING)
    maintain(desk, NEXT_DAY)

    def exchange(session: object) -> None:
        row = session.get(PlanCommitment, ("main", DAY))  # type: ignore[attr-defined]
        row.opened = row.opened.replace('"visits":[[', '"visits":[["x","y"],[')

    run_write(desk.world.engine, exchange)
    assert not days(desk)[DAY].is_kept


def test_nothing_is_fixed_or_opened_while_the_plan_is_locked(desk: Desk) -> None:
    plan(desk)
    maintain(desk, EVENING, ())
    assert days(desk) == {}
    maintain(desk, EVENING)
    maintain(desk, NEXT_DAY, ())
    assert days(desk)[DAY].opened is None


def test_list_opens_after_another_passphrase(desk: Desk) -> None:
    plan(desk)
    maintain(desk, EVENING)
    newer = (b"n" * 32, *KEYS)
    run_write(desk.world.engine, lambda session: plan_commitments.seal_again(session, "main", newer))
    maintain(desk, NEXT_DAY, newer[:1])
    assert days(desk)[DAY].is_kept
