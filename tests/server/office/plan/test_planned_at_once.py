"""Officers who plan the same visits at once, on both engines."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine
from tests.server.office.plan.test_operations import Desk, opened_desk


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return opened_desk(engine)


def test_two_officers_who_plan_at_once_plan_one_visit(desk: Desk) -> None:
    begin, made = threading.Barrier(4), list[str]()

    def plan() -> None:
        begin.wait()
        made.extend(desk.add())

    officers = [threading.Thread(target=plan) for _ in range(4)]
    for thread in officers:
        thread.start()
    for thread in officers:
        thread.join()
    assert sorted(made) == sorted(desk.states())
    assert len(made) == 2
