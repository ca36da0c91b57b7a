"""Budgets of attempts: shared by all processes, spent by guesses alone, forgotten after ten minutes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from field178_server.accounts import rate_limit
from field178_server.accounts.rate_limit import RateLimit
from field178_server.database.models import AttemptCount
from field178_server.database.unit_of_work import run_write, snapshot
from field178_shared.errors import AppError, ErrorCode

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LOGIN = RateLimit("login", "an", 5)
ADDRESS = RateLimit("address", "203.0.113.9", 8)


def taken(engine: Engine, *budgets: RateLimit, now: datetime = NOW) -> bool:
    def take(session: Session) -> None:
        rate_limit.take(session, "main", budgets, now)

    try:
        run_write(engine, take)
    except AppError as error:
        if error.code is not ErrorCode.SLOW_DOWN:
            raise
        return False
    return True


def test_a_budget_is_spent_and_comes_back_after_the_window(engine: Engine) -> None:
    assert [taken(engine, LOGIN) for _ in range(6)] == [True] * 5 + [False]
    assert not taken(engine, LOGIN, now=NOW + timedelta(minutes=9, seconds=59))
    assert taken(engine, LOGIN, now=NOW + timedelta(minutes=10))


def test_a_refused_attempt_costs_the_other_budgets_nothing(engine: Engine) -> None:
    for _ in range(20):
        taken(engine, LOGIN, ADDRESS)
    assert [taken(engine, ADDRESS) for _ in range(4)] == [True] * 3 + [False]


def test_a_right_attempt_is_given_back(engine: Engine) -> None:
    for _ in range(20):
        assert taken(engine, LOGIN)
        run_write(engine, lambda session: rate_limit.give_back(session, "main", [LOGIN, ADDRESS]))


def test_guesses_at_once_share_one_budget(engine: Engine) -> None:
    answers: list[bool] = []
    threads = [threading.Thread(target=lambda: answers.append(taken(engine, LOGIN))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answers) == 5


def test_wait_is_returned_in_whole_seconds(engine: Engine) -> None:
    for _ in range(5):
        taken(engine, LOGIN)

    def again(session: Session) -> None:
        rate_limit.take(session, "main", [LOGIN], NOW + timedelta(minutes=4, milliseconds=500))

    with pytest.raises(AppError) as caught:
        run_write(engine, again)
    assert caught.value.details == {"retry_after_s": 360}


def test_old_counters_are_swept_by_new_ones(engine: Engine) -> None:
    for number in range(10):
        taken(engine, RateLimit("address", str(number), 5))
    taken(engine, LOGIN, now=NOW + timedelta(minutes=11))
    with snapshot(engine) as session:
        assert session.scalar(select(func.count()).select_from(AttemptCount)) == 1


def test_key_of_a_rate_limit_contains_no_address_and_no_login() -> None:
    assert LOGIN.key != "an"
    assert len({LOGIN.key, ADDRESS.key, RateLimit("address", "an", 5).key}) == 3
    assert all(set(limit.key) <= set("0123456789abcdef") for limit in (LOGIN, ADDRESS))
