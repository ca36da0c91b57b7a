"""What leaves the office asks the password first; who watches over it is told and withdraws it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from sqlalchemy import select
from tests.server.console.conftest import Browser
from tests.server.console.exports.test_pages import LEADER, PRIVACY, REVIEWER, Exports
from tests.server.office_scene import PASSWORD, Office

from field178_server.database.models import Audit, Notice, Officer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.job_files import JobFiles
from field178_server.security import totp

SignIn = Callable[[str], Browser]
TOLD = "Có người xuất hồ sơ của cả địa bàn"
WRONG_CODE = "mã một lần không đúng"


@pytest.fixture
def now(district: Office) -> Iterator[datetime]:
    """The district's clock, which other tests begin with as it is."""
    before = district.clock.instant
    yield before
    district.clock.instant = before


def announcements(office: Office) -> set[tuple[str | None, str]]:
    with snapshot(office.engine) as session:
        shown = session.scalars(select(Notice).where(Notice.until > office.clock.now()))
        return {(notice.audience, notice.text_vi) for notice in shown if notice.text_vi.startswith(TOLD)}


def test_export_after_ten_minutes_needs_the_password_and_keeps_the_input(
    reads_as: SignIn, district: Office, now: datetime
) -> None:
    reviewer = reads_as(REVIEWER)
    fields = {"what": "visits", "format": "csv", "since": "2024-02-01", "until": "2024-03-31"}
    for password in ("", "nonsense"):
        answer = reviewer.post("/exports", fields | {"password": password})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 403
        assert "<title>Lỗi:" in page
        assert 'value="2024-02-01"' in page
        assert '<option value="csv" selected>' in page
    assert reviewer.post("/exports", fields | {"password": PASSWORD}).status_code == 303
    assert reviewer.post("/exports", fields).status_code == 303
    district.clock.move(minutes=10)
    assert reviewer.post("/exports", fields).status_code == 403


def test_linked_file_needs_the_password_on_a_separate_page(
    reads_as: SignIn, district: Office, now: datetime
) -> None:
    export = Exports(reads_as(REVIEWER), district)
    export.file("sessions", "csv")
    for path, back in ((export.link(), "/exports"), ("/visits.csv?q=hoa", "/visits?q=hoa")):
        reader = reads_as(REVIEWER)
        answer = reader.get(path)
        assert answer.status_code == 303
        page = reader.text(answer.headers["Location"])
        fields = dict(re.findall(r'type="hidden" name="(next|back)" value="([^"]*)"', page))
        assert fields == {"next": path, "back": back}
        assert reader.post("/confirm", fields | {"password": "nonsense"}).status_code == 403
        answer = reader.post("/confirm", fields | {"password": PASSWORD})
        ready = reader.get(answer.headers["Location"])
        assert ready.headers["Refresh"] == f"0; url={path}"
        with reader.get(path) as file:
            assert "attachment" in file.headers["Content-Disposition"]
    # No page leads from here to another server.
    assert reader.get("/confirm?next=https://elsewhere.example").headers["Refresh"] == "0; url=/"


def test_officer_with_one_time_codes_confirms_with_a_new_code(
    reads_as: SignIn, district: Office, now: datetime
) -> None:
    secret = totp.encode_secret(b"a secret of twenty b")
    reader = reads_as(REVIEWER)

    def ask_codes(secret: str | None) -> None:
        def work(session: object) -> None:
            named = select(Officer).where(Officer.login == REVIEWER)
            officer = session.scalars(named).one()  # type: ignore[attr-defined]  # a session
            officer.totp_secret, officer.totp_step = secret, 0

        run_write(district.engine, work)

    ask_codes(secret)
    try:
        fields = {"what": "figures", "format": "csv", "password": PASSWORD}
        answer = reader.post("/exports", fields)
        assert answer.status_code == 403
        assert WRONG_CODE in answer.get_data(as_text=True)
        assert 'name="confirm_code"' in reader.text("/exports")
        code = totp.code_of_step(secret, int(now.timestamp()) // totp.STEP_S)
        assert reader.post("/exports", fields | {"confirm_code": f"{code[:3]} {code[3:]}"}).status_code == 303
        district.clock.move(minutes=10)
        assert reader.post("/exports", fields | {"confirm_code": code}).status_code == 403
    finally:
        ask_codes(None)


def test_full_export_is_announced_to_overseers_who_can_withdraw_it(
    reads_as: SignIn, district: Office
) -> None:
    export = Exports(reads_as(REVIEWER), district)
    before = announcements(district)
    export.file("figures", "csv")
    export.file("visits", "csv", since="2024-01-01")
    assert announcements(district) == before
    export.file("visits", "csv")
    export.file("visits", "csv")
    assert {audience for audience, _ in announcements(district)} == {
        "role:leader_viewer",
        "role:privacy_officer",
    }
    link, leader = export.link(), reads_as(LEADER)
    assert TOLD in leader.text("/")
    job_id = link.split("/")[2]
    assert f"/exports/{job_id}/withdraw" in leader.text("/exports")
    assert link not in leader.text("/exports")
    path = JobFiles(district.settings.data_dir, "main").path_of(job_id)
    assert path.exists()
    assert reads_as("gl13").post(f"/exports/{job_id}/withdraw").status_code == 404
    assert leader.post(f"/exports/{job_id}/withdraw").status_code == 303
    assert reads_as(PRIVACY).post(f"/exports/{job_id}/withdraw").status_code == 303
    assert not path.exists()
    assert export.browser.get(link).status_code == 404
    assert link not in export.page
    with snapshot(district.engine) as session:
        named = select(Audit).where(Audit.action == "export_withdrawn", Audit.object_id == job_id)
        (entry,) = session.scalars(named)
        assert (
            entry.actor_id == session.scalars(select(Officer.officer_id).where(Officer.login == LEADER)).one()
        )
