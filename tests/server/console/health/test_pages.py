"""The page of the system's health, the backup at once, and the lines of the first page."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from tests.server.console.conftest import Browser
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office
from tests.stores import Statements

from field178_server.backup import create as backup
from field178_server.database.models import BackupRun, Officer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs import queue
from field178_server.jobs.queue import JobState
from field178_server.jobs.worker import JobWorker


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("admin")


def ask(admin: Browser) -> str:
    answer = admin.post("/health/backup")
    assert answer.status_code == 303
    return answer.headers["Location"].rpartition("/")[2]


def run_jobs(office: Office) -> None:
    JobWorker(office.runtime, JOB_KINDS).run_waiting()


def job(office: Office, job_id: str) -> queue.JobRow:
    with snapshot(office.engine) as session:
        row = queue.find_job(session, "main", job_id)
    assert row is not None
    return row


def page(browser: Browser, path: str = "/health") -> str:
    return words(unescape(browser.text(path)))


def test_requested_backup_is_verified_and_listed_with_its_requester(office: Office, admin: Browser) -> None:
    assert "Chưa có bản nào đã kiểm chứng" in page(admin)
    job_id = ask(admin)
    assert "Đang sao lưu" in page(admin)
    run_jobs(office)
    row = job(office, job_id)
    assert (row.state, row.queued_by) == (JobState.DONE, office.officer_id("admin"))
    assert "Đã có một bản sao lưu đã kiểm chứng" in page(admin, f"/jobs/{job_id}")
    [folder] = office.settings.effective_backup_dir.iterdir()
    shown = page(admin)
    assert "Chưa đầy 1 giờ trước" in shown
    assert f"Đã kiểm chứng {folder} " in shown
    assert "Cán bộ admin" in shown


def test_second_click_leads_to_the_backup_that_is_under_way(office: Office, admin: Browser) -> None:
    first = ask(admin)
    assert ask(admin) == first
    run_jobs(office)
    assert ask(admin) != first


def test_backup_of_the_command_is_on_the_page_too(office: Office, admin: Browser, tmp_path: Path) -> None:
    taken = backup.create(office.settings, office.engine, office.context, tmp_path / "usb")
    shown = page(admin)
    assert str(taken.folder) in shown
    assert "Người vận hành máy chủ" in shown


def test_disabled_control_shows_the_reason_and_the_setting(
    office: Office, admin: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(type(office.settings), "effective_backup_dir", property(lambda _: tmp_path / "gone"))
    assert " disabled>" not in admin.text("/health")
    object.__setattr__(office.settings, "backup_dir", tmp_path / "gone")
    shown = admin.text("/health")
    assert " disabled>" in shown
    assert "Không thấy thư mục của FIELD178_BACKUP_DIR." in unescape(shown)
    job_id = ask(admin)
    run_jobs(office)
    assert job(office, job_id).outcome == {"code": "no_folder"}
    text = page(admin, f"/jobs/{job_id}")
    assert "Không thấy thư mục của FIELD178_BACKUP_DIR. Không có bản sao lưu nào được giữ lại." in text


def test_backup_that_is_not_proved_is_no_success(
    office: Office, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "faults_of", lambda *_: ["blob: 00"])
    job_id = ask(admin)
    run_jobs(office)
    assert job(office, job_id).state is JobState.FAILED
    assert "chưa kiểm chứng: đừng dựa vào nó" in page(admin, f"/jobs/{job_id}")
    assert "Có tệp bị thiếu hoặc bị sửa" in page(admin)


def test_backup_that_is_stopped_leaves_nothing(
    office: Office, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = ask(admin)
    prove = backup.faults_of

    def stopped_meanwhile(*arguments: object) -> list[str]:
        assert admin.post(f"/jobs/{job_id}/stop").status_code == 303
        return prove(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "faults_of", stopped_meanwhile)
    run_jobs(office)
    assert job(office, job_id).state is JobState.STOPPED
    assert list(office.settings.effective_backup_dir.iterdir()) == []
    assert "Không có bản sao lưu nào được giữ lại." in page(admin, f"/jobs/{job_id}")


def test_stop_at_the_last_moment_leaves_nothing_either(
    office: Office, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = ask(admin)

    def late(folder: Path) -> None:
        if folder == office.settings.effective_backup_dir:
            assert admin.post(f"/jobs/{job_id}/stop").status_code == 303

    monkeypatch.setattr(backup, "sync_folder", late)
    run_jobs(office)
    assert job(office, job_id).state is JobState.STOPPED
    assert list(office.settings.effective_backup_dir.iterdir()) == []
    with snapshot(office.engine) as session:
        assert session.query(BackupRun).count() == 0


def test_officer_without_the_right_any_more_gets_no_backup(office: Office, admin: Browser) -> None:
    job_id = ask(admin)
    officer_id = office.officer_id("admin")

    def demote(session: object) -> None:
        session.get_one(Officer, ("main", officer_id)).role = "reviewer"  # type: ignore[attr-defined]

    run_write(office.engine, demote)
    run_jobs(office)
    assert job(office, job_id).outcome == {"code": "forbidden"}
    assert not office.settings.effective_backup_dir.exists()


def test_only_the_administrator_takes_and_stops_backups(
    office: Office, admin: Browser, reviewer: Browser
) -> None:
    assert reviewer.get("/health").status_code == 404
    assert reviewer.post("/health/backup").status_code == 404
    job_id = ask(admin)
    assert reviewer.post(f"/jobs/{job_id}/stop").status_code == 404
    assert job(office, job_id).state is JobState.QUEUED
    assert 'href="/health"' not in reviewer.text(f"/jobs/{job_id}")
    assert admin.post(f"/jobs/{job_id}/stop").status_code == 303
    assert job(office, job_id).state is JobState.STOPPED


def test_first_page_shows_the_age_of_the_backup(
    office: Office, admin: Browser, reviewer: Browser, signed_in: Callable[[str], Browser]
) -> None:
    missing = "Không ổn Bản sao lưu gần nhất: Chưa có bản nào đã kiểm chứng"
    assert f"{missing} Sao lưu ngay" in page(admin, "/")
    assert 'href="/health#check-backup"' in admin.text("/")
    assert f"{missing} Báo cho quản trị hệ thống." in page(reviewer, "/")
    assert "/health" not in reviewer.text("/")
    assert missing in page(signed_in("privacy_officer"), "/")
    assert "Bản sao lưu" not in page(signed_in("an"), "/")
    backup.create(office.settings, office.engine, office.context, office.settings.effective_backup_dir)
    assert "Ổn Bản sao lưu gần nhất: Chưa đầy 1 giờ trước" in page(admin, "/")
    assert "Kiểm tra kho dữ liệu" not in page(admin, "/")
    office.clock.move(days=4)
    admin, reviewer = signed_in("admin"), signed_in("chi")
    assert "Kiểm tra kho dữ liệu hằng ngày" in page(admin, "/")
    assert "Bản sao lưu gần nhất: 4 ngày trước" in page(reviewer, "/")


def test_page_has_a_constant_number_of_queries(
    office: Office, admin: Browser, statements: Statements
) -> None:
    admin.text("/health")
    counts = []
    for more in (1, 14):
        for _ in range(more):
            now = office.clock.now()
            run_write(
                office.engine,
                lambda session, at=now: backup.log.note_failed(session, office.context, at, "storage_full"),
            )
        with statements(office.engine) as queries:
            shown = admin.text("/health")
        counts.append(len(queries))
    assert shown.count("Ổ đĩa đầy.") >= backup.log.RECENT
    assert counts[0] == counts[1] <= 14


def test_progress_is_reported_step_by_step(office: Office) -> None:
    steps: list[tuple[int, int]] = []
    backup.create(
        office.settings,
        office.engine,
        office.context,
        office.settings.effective_backup_dir,
        lambda done, total: steps.append((done, total)),
    )
    assert steps[0] == (1, 4)
    assert steps[-1] == (4, 4)
    assert steps == sorted(steps)
