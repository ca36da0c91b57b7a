"""Reports of a large store: no request reads all records, a job in a process of its own does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tests.server.console.conftest import Browser, FieldWork
from tests.server.console.reports.test_pages import NEW, close_the_establishment, digests, shown, sign, stored
from tests.server.office_scene import Office

from field178_server import own_process
from field178_server.database.unit_of_work import snapshot
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.worker import JobWorker
from field178_server.office.indicators import report_facts
from field178_server.office.indicators.source import store_size
from field178_server.office.indicators.totals.operations import invalidate_counts, settle
from field178_server.office.reports import count_process
from field178_server.office.reports.queries import frozen_report
from field178_shared.codelists import load
from field178_shared.time.clock import local_date

LEADER = "leader_viewer"
BEING_SIGNED = "Báo cáo đang được thông qua"
BEING_FROZEN = "Báo cáo đang được chốt"
ODD = {**NEW, "kind": "ad_hoc", "period_from": "2026-01-03", "period_to": "2026-11-20"}


@pytest.fixture
def reviewer(
    office: Office,
    signed_in: Callable[[str], Browser],
    in_the_field: FieldWork,
    monkeypatch: pytest.MonkeyPatch,
) -> Browser:
    """Return a reviewer's browser on a store that counts as large; reading all records fails in a request."""
    in_the_field.place()
    in_the_field.visit()
    counts, answer_of = report_facts.slices_of_store, own_process.answer_of

    def refuse(*_: object) -> None:
        raise AssertionError("records are read in the server")

    def answer_here(module: str, *arguments: object) -> Any:
        """Count in this process: the start of one takes seconds."""
        if module != count_process.MODULE:
            return answer_of(module, *arguments)
        with monkeypatch.context() as apart:
            apart.setattr(report_facts, "slices_of_store", counts)
            return json.loads(json.dumps(count_process.count(*arguments)))  # type: ignore[arg-type]

    monkeypatch.setattr(store_size, "MOST_COUNTED_AT_ONCE", 0)
    monkeypatch.setattr(report_facts, "slices_of_store", refuse)
    monkeypatch.setattr(own_process, "answer_of", answer_here)
    return signed_in("chi")


@pytest.fixture
def leader(reviewer: Browser, signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in(LEADER)


def opened(office: Office, reviewer: Browser, fields: dict[str, str] = NEW) -> str:
    path = str(reviewer.post("/reports/new", fields).headers["Location"])
    settle(office.engine, "main", load(), local_date(office.clock.now()))
    return path


def run_jobs(office: Office) -> int:
    return JobWorker(office.runtime, JOB_KINDS).run_waiting()


def ask_freeze(office: Office, reviewer: Browser, path: str) -> None:
    rev = re.search(r'name="seen_rev" value="(\d+)"', reviewer.text(path))
    assert rev
    answer = reviewer.post(f"{path}/freeze", {"seen_rev": rev[1], "early": "yes", "empty": "yes"})
    assert answer.status_code == 303


def test_sign_off_and_freeze_wait_for_a_job_with_a_message(
    office: Office, reviewer: Browser, leader: Browser
) -> None:
    path = opened(office, reviewer)
    sign(leader, path)
    assert not stored(office, path).signed_figures
    page = reviewer.get(path)
    assert page.headers["Refresh"]
    assert BEING_SIGNED in shown(reviewer, path)
    # An edit would change what is being counted.
    assert 'id="texts"' not in reviewer.text(path)
    assert run_jobs(office) == 1
    assert stored(office, path).signed_figures
    assert "Refresh" not in reviewer.get(path).headers
    ask_freeze(office, reviewer, path)
    assert BEING_FROZEN in shown(reviewer, path)
    assert not stored(office, path).frozen_hash
    assert run_jobs(office) == 1
    with snapshot(office.engine) as session:
        frozen = frozen_report(session, "main", path.rpartition("/")[2])
    assert frozen is not None
    assert stored(office, path).frozen_hash == frozen.sha256
    assert [part[1] for part in frozen.content["records"]] == ["establishment"]
    assert "Refresh" not in reviewer.get(path).headers


def test_later_changes_are_counted_by_a_job_and_shown_then(
    office: Office, reviewer: Browser, leader: Browser, signed_in: Callable[[str], Browser]
) -> None:
    path = opened(office, reviewer)
    sign(leader, path)
    run_jobs(office)
    ask_freeze(office, reviewer, path)
    run_jobs(office)
    close_the_establishment(reviewer, office)
    page = reviewer.get(f"{path}/later")
    assert page.headers["Refresh"]
    assert "Số liệu của báo cáo này đang được tính" in shown(reviewer, f"{path}/later")
    # Asked twice, counted once.
    assert run_jobs(office) == 1
    assert "bản 1 không còn tính" in shown(reviewer, f"{path}/later")
    office.clock.move(hours=2)
    assert "Refresh" in signed_in("chi").get(f"{path}/later").headers


def test_report_edited_meanwhile_is_not_signed_off_with_a_message(
    office: Office, reviewer: Browser, leader: Browser
) -> None:
    path = opened(office, reviewer)
    was = digests(reviewer, path)
    sign(leader, path)
    answer = reviewer.post(path, {**was, "place": "Nơi khác"})
    assert answer.status_code == 303
    assert run_jobs(office) == 1
    assert not stored(office, path).signed_figures


def test_figures_that_changed_since_they_were_seen_are_refused_by_the_job(
    office: Office, reviewer: Browser, leader: Browser
) -> None:
    path = opened(office, reviewer)
    sign(leader, path)
    close_the_establishment(reviewer, office)
    assert run_jobs(office) == 1
    assert not stored(office, path).signed_figures
    assert "Báo cáo chưa được thông qua" in shown(leader, path)


def test_days_that_are_no_half_months_are_counted_by_a_job(
    office: Office, reviewer: Browser, leader: Browser
) -> None:
    path = opened(office, reviewer, ODD)
    page = reviewer.get(path)
    assert page.headers["Refresh"]
    assert "đang được tính" in unescape(page.get_data(as_text=True))
    assert "đang được tính" in shown(reviewer, path)
    assert run_jobs(office) == 1
    assert "tính đến" in shown(reviewer, path)
    sign(leader, path)
    assert run_jobs(office) == 1
    assert stored(office, path).signed_figures
    # The list of reports compares it with the counts that there are.
    assert "Đã thông qua" in shown(reviewer, "/reports")


def test_the_list_of_reports_does_not_wait_for_figures(
    office: Office, reviewer: Browser, leader: Browser
) -> None:
    path = opened(office, reviewer)
    sign(leader, path)
    run_jobs(office)
    with Session(office.engine) as session:
        invalidate_counts(session, "main")
        session.commit()
    assert "Đã thông qua" in shown(reviewer, "/reports")
    assert "Refresh" in reviewer.get(path).headers
