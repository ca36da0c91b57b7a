"""The daily check: beside the requests, once, and not ended by a bad hour."""

from __future__ import annotations

import threading

from sqlalchemy import update
from tests.server.office import Office
from tests.server.web.conftest import Browser, FieldWork, in_the_field, office, reviewer, signed_in

from field178_server.daily_check import check_if_due, checking_daily
from field178_server.models import Scope
from field178_server.queries.last_check import LastCheck, last_check
from field178_server.unit_of_work import run_write, snapshot
from field178_shared.errors import AppError, ErrorCode

__all__ = ["in_the_field", "office", "reviewer", "signed_in"]


def found(office: Office) -> LastCheck | None:
    with snapshot(office.engine) as session:
        return last_check(session, office.settings.tenant)


def test_it_runs_once_a_day_and_keeps_what_it_found(office: Office, in_the_field: FieldWork) -> None:
    in_the_field.place()
    assert check_if_due(office.runtime)
    first = found(office)
    assert first is not None
    assert first.faults == ()
    run_write(office.engine, lambda session: session.execute(update(Scope).values(live_count=7)))
    assert not check_if_due(office.runtime)
    office.clock.move(hours=24)
    assert check_if_due(office.runtime)
    second = found(office)
    assert second is not None
    assert "scope: unit:c11629_v2 digest" in second.faults


def test_administrator_reads_the_outcome_and_the_reviewer_does_not(
    office: Office, reviewer: Browser, signed_in: object
) -> None:
    assert callable(signed_in)
    admin: Browser = signed_in("admin")
    assert "chưa chạy" in admin.text("/tablets")
    check_if_due(office.runtime)
    assert "khớp toàn bộ, 24/11/2026 15:00" in admin.text("/tablets")
    run_write(office.engine, lambda session: session.execute(update(Scope).values(live_count=7)))
    office.clock.move(hours=24)
    check_if_due(office.runtime)
    admin = signed_in("admin")
    assert "scope: unit:c11629_v1 digest" in admin.text("/tablets")
    assert "scope: " not in signed_in("chi").text("/tablets")


def test_a_check_that_fails_is_tried_again_and_ends_with_the_server() -> None:
    tried: list[int] = []
    twice = threading.Event()

    def check() -> None:
        tried.append(1)
        if len(tried) >= 2:
            twice.set()
        raise AppError(ErrorCode.BUSY)

    with checking_daily(check, first_after_s=0, look_every_s=0):
        assert twice.wait(timeout=30)
    assert len(tried) >= 2
