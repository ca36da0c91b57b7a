"""The pages of the jobs: the list, one job with its progress, and stopping it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from sqlalchemy import update
from tests.server.console.conftest import Browser
from tests.server.office_scene import Office
from tests.stores import Statements

from field178_server.database.models import Job
from field178_server.database.unit_of_work import run_write
from field178_server.jobs import queue
from field178_server.jobs.worker import JobWorker
from field178_server.office.register_import.jobs import IMPORT, IMPORT_ID, UNDO

GONE = "0197a000-0000-7000-8000-00000000aaaa"


def add(office: Office, kind: str = IMPORT) -> str:
    return run_write(
        office.engine, lambda session: queue.add(session, office.context, kind, {IMPORT_ID: GONE})
    )


def set_row(office: Office, job_id: str, **values: object) -> None:
    changed = update(Job).where(Job.job_id == job_id).values(**values)
    run_write(office.engine, lambda session: session.execute(changed))


def test_a_running_job_shows_how_far_it_is_and_may_be_stopped(office: Office, reviewer: Browser) -> None:
    job_id = add(office)
    set_row(office, job_id, state="running", done_count=30, total_count=120)
    page = unescape(reviewer.text(f"/jobs/{job_id}"))
    assert "25 %" in page
    assert 'hx-trigger="every 2s"' in page
    assert "việc vẫn chạy tiếp" in page
    assert reviewer.post(f"/jobs/{job_id}/stop").status_code == 303
    page = unescape(reviewer.text(f"/jobs/{job_id}"))
    assert "Đang dừng" in page
    assert f'action="/jobs/{job_id}/stop"' not in page
    JobWorker(office.runtime, {}).recover()
    page = unescape(reviewer.text(f"/jobs/{job_id}"))
    assert "Đã dừng" in page
    assert "hx-trigger" not in page


def test_failed_job_shows_the_reason_and_that_nothing_changed(office: Office, reviewer: Browser) -> None:
    for outcome, message in (
        ('{"code": "revision_changed"}', "Sổ cơ sở đã thay đổi sau khi bạn xem trước"),
        ('{"code": "interrupted"}', "Máy chủ bị ngắt hai lần"),
        ('{"code": "changed", "count": 3}', "Chưa thay đổi gì"),
        ('{"code": "never_heard_of"}', "Chưa thay đổi gì"),
    ):
        job_id = add(office)
        set_row(office, job_id, state="failed", outcome=outcome, ended_at=office.clock.now())
        assert message in unescape(reviewer.text(f"/jobs/{job_id}")), outcome


def test_list_of_jobs_has_a_constant_number_of_queries(
    office: Office, reviewer: Browser, statements: Statements
) -> None:
    assert "Chưa có việc nào" in unescape(reviewer.text("/jobs"))
    counts, page = [], ""
    for more in (1, 70):
        for number in range(more):
            add(office, UNDO if number % 2 else IMPORT)
        with statements(office.engine) as queries:
            page = unescape(reviewer.text("/jobs"))
        counts.append(len(queries))
    assert page.count("<tr>") == 1 + queue.PAGE_SIZE
    (second,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert reviewer.text(second).count("<tr>") == 1 + 71 - queue.PAGE_SIZE
    assert "Chờ đến lượt" in page
    assert counts[0] == counts[1]


def test_officer_without_the_right_stops_no_job(office: Office, signed_in: Callable[[str], Browser]) -> None:
    job_id = add(office)
    admin = signed_in("admin")
    page = unescape(admin.text(f"/jobs/{job_id}"))
    assert "/stop" not in page
    assert "/establishments/import" not in page
    assert admin.post(f"/jobs/{job_id}/stop").status_code == 404
    for role in ("an", "city_viewer", "privacy_officer"):
        assert signed_in(role).get(f"/jobs/{job_id}").status_code == 404


def test_unknown_job_answers_404(reviewer: Browser) -> None:
    assert reviewer.get(f"/jobs/{GONE}").status_code == 404
    assert reviewer.post(f"/jobs/{GONE}/stop").status_code == 404
