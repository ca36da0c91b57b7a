"""The daily check: beside the requests, once, and not ended by a bad hour."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from tests.server.console.conftest import (
    Browser,
    FieldWork,
    enrolled,
    in_the_field,
    office,
    reviewer,
    signed_in,
    staffed,
)
from tests.server.office_scene import Office
from tests.shared import builders

from field178_server import own_process
from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest
from field178_server.database.models import Scope
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.maintenance import integrity
from field178_server.maintenance.check_log import LastCheck, last_check
from field178_server.maintenance.daily import check_if_due, maintenance_running, run_maintenance
from field178_server.office.erasure import operations as erasure
from field178_server.office.indicators.queries import figures
from field178_server.office.plan.operations import Assignment, add_items
from field178_server.records.batch import Batch
from field178_server.replication.policy.record_validation import declared_types
from field178_server.serving.server import run_hourly
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.periods import Period
from field178_shared.time.clock import local_date

__all__ = ["enrolled", "in_the_field", "office", "reviewer", "signed_in", "staffed"]


def latest_check(office: Office) -> LastCheck | None:
    with snapshot(office.engine) as session:
        return last_check(session, office.settings.tenant)


def test_daily_check_runs_once_a_day_and_stores_its_faults(office: Office, in_the_field: FieldWork) -> None:
    in_the_field.place()
    assert check_if_due(office.runtime)
    first = latest_check(office)
    assert first is not None
    assert first.faults == ()
    run_write(office.engine, lambda session: session.execute(update(Scope).values(live_count=7)))
    assert not check_if_due(office.runtime)
    office.clock.move(hours=24)
    assert check_if_due(office.runtime)
    second = latest_check(office)
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


def test_a_server_leaves_the_digests_to_another_process(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def computed_here(*_: object) -> NoReturn:
        raise AssertionError("the server's process recomputed the digests")

    monkeypatch.setattr(integrity, "_faults_of_scopes", computed_here)
    run_write(office.engine, lambda session: session.execute(update(Scope).values(live_count=7)))
    assert run_hourly(office.runtime).is_checked
    kept = latest_check(office)
    assert kept is not None
    assert "scope: unit:c11629_v1 digest" in kept.faults


def test_a_process_that_does_not_start_is_begun_again_at_the_next_look(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(own_process, "command_of", lambda _: (str(tmp_path / "no-such-python"),))
        assert not run_hourly(office.runtime).is_checked
    assert "FileNotFoundError" in capsys.readouterr().out
    assert latest_check(office) is None
    office.clock.move(hours=1)
    assert check_if_due(office.runtime)


def test_a_check_that_fails_is_tried_again_and_ends_with_the_server() -> None:
    tried: list[int] = []
    twice = threading.Event()

    def check() -> None:
        tried.append(1)
        if len(tried) >= 2:
            twice.set()
        raise AppError(ErrorCode.BUSY)

    with maintenance_running(check, first_after_s=0, every_s=0):
        assert twice.wait(timeout=30)
    assert len(tried) >= 2


def test_a_purge_that_met_a_busy_store_is_finished(office: Office, in_the_field: FieldWork) -> None:
    record_id, rules = in_the_field.place(), declared_types()

    def decide(session: Session) -> None:
        for login, step in (("dung", "request"), ("giang", "confirm")):
            request = AccountRequest(login, login, "privacy_officer", None, ())
            accounts.add(session, office.context, request, (), "")
            if step == "request":
                erasure.request(session, office.context, rules, record_id, login, "time_over")
            else:
                erasure.confirm(session, office.context, rules, record_id, login)

    run_write(office.engine, decide)
    run_maintenance(office.runtime)
    with snapshot(office.engine) as session:
        (row,) = erasure.everything(session, office.settings.tenant)
    assert row.erased_at is not None
    assert latest_check(office) is not None


def plan_for_tomorrow(office: Office, place: str, kind: str) -> str:
    day = local_date(office.clock.now()) + timedelta(days=1)
    planned = Assignment(
        team_id=builders.TEAM, window_from=day, window_to=day, kind=kind, trigger="peak_period"
    )

    def plan(session: Session) -> list[str]:
        batch = Batch(session, office.runtime.tenant_id, office.clock, office.runtime.ids)
        made = add_items(batch, office.context, office.runtime.plan_key.keys(), [place], planned)
        batch.flush()
        return made

    (item,) = run_write(office.engine, plan)
    return item


def planned_visits(office: Office) -> tuple[float, float | None]:
    """Return the planned visits of the year that were made and all that its figure counts."""
    today = local_date(office.clock.now())
    at = (office.runtime.tenant_id, load(), Period.of_year(today.year), [builders.UNIT], today)
    with snapshot(office.engine) as session:
        value = figures(session, *at)["plan_completion_pct"].approved
    return value.num, value.den


def test_figures_exclude_an_unannounced_visit_until_its_window_ends(
    office: Office, in_the_field: FieldWork
) -> None:
    counts = []
    plan_for_tomorrow(office, in_the_field.place(), "unannounced")
    for _ in range(2):
        counts.append(planned_visits(office))
        office.clock.move(days=1)
        run_maintenance(office.runtime)
        counts.append(planned_visits(office))
    assert counts == [(0, 0), (0, 0), (0, 0), (0, 1)]


def test_an_unannounced_visit_goes_to_its_team_on_its_day(office: Office, in_the_field: FieldWork) -> None:
    item = plan_for_tomorrow(office, in_the_field.place(), "unannounced")
    run_maintenance(office.runtime)
    assert item not in in_the_field.tablet.sync().get_data(as_text=True)
    office.clock.move(days=1)
    in_the_field.tablet.open_session()
    run_maintenance(office.runtime)
    assert item in in_the_field.tablet.sync().get_data(as_text=True)
