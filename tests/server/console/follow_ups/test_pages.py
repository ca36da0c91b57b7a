"""What visits began, at the office: the list of what is due, entries beside a visit, proofs, withdrawal."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from tests.server.console.conftest import Browser, FieldWork
from tests.server.console.reviews.test_pages import part, words
from tests.server.office_scene import Office, Tablet
from tests.server.pictures import jpeg, pdf
from tests.shared import builders
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from field178_server.console.shell.policy import may
from field178_server.database.models import Audit, Record, SanctionRow
from field178_server.database.unit_of_work import snapshot
from field178_shared.codelists import load

ASKED = {"exit": {"text": "Dọn lối thoát nạn", "due_on": "2026-11-22", "status": "open"}}
FINDINGS = {
    "f1": {
        "violation_id": "noise",
        "occurred_on": "2026-11-20",
        "frame": {"src": "nd_144_2021", "min": 2_000_000, "max": 20_000_000, "org_multiplier": 2},
    }
}
DECIDED = {
    "document_number": "15/QĐ-XPHC",
    "document_date": "2026-11-23",
    "agency_id": "commune_people_committee",
    "violation_ids": ["noise"],
    "sanction_id": "fine_money",
    "amount_vnd": "15.000.000",
    "received_on": "2026-11-24",
}
CLOSED = {"status": "fixed", "closed_on": "2026-11-24", "note": "Đã kiểm tra lại, lối thoát thông thoáng."}


@pytest.fixture
def visit(in_the_field: FieldWork) -> str:
    in_the_field.place()
    return in_the_field.visit(findings=FINDINGS, follow_ups=ASKED)


def send(browser: Browser, path: str, fields: dict[str, Any], *files: tuple[str, bytes]) -> TestResponse:
    data: MultiDict[str, Any] = MultiDict({"csrf_token": browser.token(), "seen_rev": "1", **fields})
    for name, content in files:
        data.add("files", (BytesIO(content), name))
    return browser.client.post(path, data=data, content_type="multipart/form-data")


def decide(browser: Browser, visit: str, *files: tuple[str, bytes], **over: Any) -> TestResponse:
    return send(browser, f"/reviews/{visit}/enter/sanction_decision", DECIDED | over, *files)


def text_of(answer: TestResponse) -> str:
    return words(unescape(answer.get_data(as_text=True)))


def counts(browser: Browser, path: str = "/follow-ups") -> list[str]:
    chips = unescape(browser.text(path)).split('class="chips"')[1].split("</nav>")[0]
    return re.findall(r"<b>(\d+)</b>", chips)


def entry_of(page: str) -> str:
    return str(re.findall(r'href="(/reviews/[^"]+/entries/[^"]+)"', page)[0])


def sanctions(office: Office) -> list[tuple[str, int, int, bool]]:
    with snapshot(office.engine) as session:
        rows = session.scalars(select(SanctionRow)).all()
    return [(row.document_number, row.amount_vnd, row.paid_vnd, row.is_of_field) for row in rows]


def test_list_shows_due_follow_ups_with_their_law_and_links(reviewer: Browser, visit: str) -> None:
    page = unescape(reviewer.text("/follow-ups"))
    assert "Dọn lối thoát nạn" in page
    assert "quá hạn 2 ngày" in page
    assert counts(reviewer) == ["1", "0", "1"]
    later = words(unescape(reviewer.text("/follow-ups?tab=later")))
    assert "Quyết định Ra quyết định về vi phạm đã lập" in later
    assert "Điều 66" in later
    assert "02/12/2026" in later
    assert "còn 6 ngày làm việc" in later
    assert "Không có việc nào đến hạn" in reviewer.text("/follow-ups?tab=soon")
    assert counts(reviewer, "/follow-ups?type=karaoke") == ["1", "0", "1"]
    assert counts(reviewer, "/follow-ups?type=hotel") == ["0", "0", "0"]
    assert 'rail-count">1<' in page.split("/follow-ups")[1]


def test_correction_is_closed_with_proof_and_opened_again_by_withdrawal(
    reviewer: Browser, visit: str
) -> None:
    href = re.findall(
        r'href="(/reviews/[^"]+/enter/follow_up_closure[^"]+)"',
        unescape(reviewer.text("/follow-ups?kind=correction")),
    )[0]
    assert "Dọn lối thoát nạn" in reviewer.text(href)
    bare = send(reviewer, href, CLOSED | {"note": ""})
    assert bare.status_code == 422
    assert "Lỗi:" in text_of(bare)
    assert "Cần ghi căn cứ hoặc kèm một tệp chứng minh." in text_of(bare)
    answer = send(reviewer, href, CLOSED)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/follow-ups?kind=correction")
    assert "Đã nhập cho Karaoke Mộc Diệp (GL-016)" in reviewer.text("/follow-ups?kind=correction")
    assert counts(reviewer) == ["0", "0", "1"]
    page = unescape(reviewer.text(f"/reviews/{visit}"))
    assert 'id="to-fix"' not in page
    assert "Cán bộ chi" in part(page, "after")
    entry = entry_of(part(page, "after"))
    assert reviewer.post(f"{entry}/withdraw", {"seen_rev": 1, "reason": " "}).status_code == 422
    gone = reviewer.post(f"{entry}/withdraw", {"seen_rev": 1, "reason": "Nhập nhầm cơ sở"})
    assert gone.headers["Location"] == f"/reviews/{visit}#after"
    assert counts(reviewer) == ["1", "0", "1"]
    seen = words(unescape(reviewer.text(entry)))
    assert "Đã rút: Nhập nhầm cơ sở" in seen
    assert seen.count("Cán bộ chi 24/11/2026 15:00") == 2


def test_decision_of_the_field_begins_with_the_violations_that_it_names(
    office: Office, signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    in_the_field.place()
    findings = {**FINDINGS, "f2": {**FINDINGS["f1"], "violation_id": "kd_outside_hours"}}
    fine = {"measure_id": "fine_warning", "violation_ids": ["kd_outside_hours"]}
    visit = in_the_field.visit(findings=findings, measures={"k1": fine, "k2": {"measure_id": "fine_money"}})
    browser = signed_in("chi")
    for key, chosen in (("k1", ["kd_outside_hours"]), ("k2", ["kd_outside_hours", "noise"])):
        form = unescape(browser.text(f"/reviews/{visit}/enter/sanction_decision?measure={key}"))
        inputs = re.findall(r'<input[^>]*name="violation_ids"[^>]*>', form)
        checked = "".join(box for box in inputs if "checked" in box)
        assert sorted(re.findall(r'value="(\w+)"', checked)) == chosen
    page = words(unescape(browser.text(f"/reviews/{visit}")))
    assert "Vi phạm mà biện pháp này xử lý: KV-04 · Kinh doanh karaoke ngoài khoảng 8 giờ - 24 giờ" in page


def test_decision_for_a_visit_of_2024_is_counted_once(
    office: Office, signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    in_the_field.place()
    fine = {
        "measure_id": "fine_money",
        "document_number": "07/qđ-xphc",
        "document_date": "2024-05-20",
        "agency_id": "dist_people_committee",
        "amount_vnd": 15_000_000,
    }
    findings = {"f1": {**FINDINGS["f1"], "occurred_on": "2024-05-10"}}
    visit = in_the_field.visit(
        started_at="2024-05-10T02:00:00Z",
        ended_at="2024-05-10T03:00:00Z",
        findings=findings,
        measures={"k1": fine},
    )
    assert sanctions(office) == [("07/qđ-xphc", 15_000_000, 0, True)]
    first, second = signed_in("chi"), signed_in("chi")
    form = unescape(first.text(f"/reviews/{visit}/enter/sanction_decision?measure=k1"))
    assert 'value="07/qđ-xphc"' in form
    # Offered are the agencies of the day of the visit until the document has a day.
    assert 'value="dist_people_committee"' in form
    assert 'value="regional_court"' not in form
    fields = {"document_number": "07/QĐ-XPHC", "document_date": "2024-05-20", "received_on": ""}
    fields |= {"agency_id": "dist_people_committee"}
    assert decide(first, visit, **fields).status_code == 303
    assert decide(second, visit, **fields).status_code == 303
    other = decide(second, visit, **fields, amount_vnd="16000000")
    assert other.status_code == 422
    assert "đã được nhập, với giá trị khác" in text_of(other)
    assert sanctions(office) == [("07/QĐ-XPHC", 15_000_000, 0, False)]
    page = part(first.text(f"/reviews/{visit}"), "after")
    assert words(page).count("Quyết định 07/QĐ-XPHC ngày 20/05/2024") == 1
    paying = re.findall(r'href="(/reviews/[^"]+/enter/payment[^"]+)"', page)[0]
    paid = {"document_number": "BL-1", "paid_on": "2024-06-01", "amount_vnd": "15.000.000"}
    assert send(first, paying, paid).status_code == 303
    assert sanctions(office) == [("07/QĐ-XPHC", 15_000_000, 15_000_000, False)]
    assert first.text("/follow-ups?tab=closed").count("Xong ngày") == 2


def test_refused_form_keeps_typed_values_and_the_uploaded_file(
    office: Office, reviewer: Browser, visit: str
) -> None:
    wrong = decide(
        reviewer, visit, ("qd.pdf", pdf()), document_date="2026-11-19", amount_vnd="mười lăm triệu"
    )
    assert wrong.status_code == 422
    page = unescape(wrong.get_data(as_text=True))
    assert "Cần số nguyên" in page
    assert "mười lăm triệu" in page
    early = decide(reviewer, visit, document_date="2026-11-19")
    assert "Ngày này trước ngày kiểm tra." in text_of(early)
    (sha256,) = re.findall(r'name="kept" value="([0-9a-f]{64})"', page)
    # Another number is another record: the file goes with it.
    answer = decide(reviewer, visit, document_number="16/QĐ-XPHC", kept=sha256, screened="yes")
    assert answer.status_code == 303
    entry = entry_of(part(reviewer.text(f"/reviews/{visit}"), "after"))
    shown = unescape(reviewer.text(entry))
    assert "Mỗi lần xem đều được ghi lại" in shown
    (file,) = re.findall(r'href="(/records/[^"]+/files/[^"]+)"', shown)
    seen = reviewer.get(file)
    assert (seen.status_code, seen.data) == (200, pdf())
    assert seen.headers["Content-Disposition"].startswith("attachment")
    seen.close()
    with snapshot(office.engine) as session:
        actions = session.scalars(select(Audit.action).where(Audit.action == "file_viewed")).all()
    assert len(actions) == 1
    bad = send(reviewer, entry, DECIDED | {"kept": sha256}, ("x.pdf", b"%PDF-1.4 /JavaScript"))
    assert (bad.status_code, "không phải tệp JPEG hoặc PDF sạch" in text_of(bad)) == (422, True)


def test_amount_outside_of_the_frame_and_a_name_are_written_once_confirmed(
    office: Office, reviewer: Browser, visit: str
) -> None:
    answer = decide(reviewer, visit, amount_vnd="90000000")
    assert "Số tiền nằm ngoài khung phạt." in text_of(answer)
    keys = re.findall(r'name="confirmed" value="([^"]+)"', answer.get_data(as_text=True))
    assert sanctions(office) == []
    assert decide(reviewer, visit, amount_vnd="91000000", confirmed=keys).status_code == 422
    assert decide(reviewer, visit, amount_vnd="90000000", confirmed=keys).status_code == 303
    path = f"/reviews/{visit}/enter/follow_up_closure?follow_up_id=exit"
    named = send(reviewer, path, CLOSED | {"note": "Chị Nguyễn Thị Hoa số 0912345678 báo đã dọn"})
    assert (named.status_code, "Đúng như vậy, vẫn ghi." in text_of(named)) == (422, True)


def test_photo_of_a_proof_loses_its_position_and_is_corrected_with_its_entry(
    reviewer: Browser, visit: str
) -> None:
    path = f"/reviews/{visit}/enter/follow_up_closure?follow_up_id=exit"
    assert send(reviewer, path, CLOSED | {"note": ""}, ("anh.jpg", jpeg())).status_code == 303
    entry = entry_of(part(reviewer.text(f"/reviews/{visit}"), "after"))
    kept = re.findall(r'name="kept" value="([0-9a-f]{64})"', reviewer.text(entry))
    later = CLOSED | {"closed_on": "2026-11-23", "kept": kept}
    assert send(reviewer, entry, later).status_code == 303
    assert "24/11/2026" in unescape(reviewer.text(entry))
    late = send(reviewer, entry, later | {"closed_on": "2026-11-22"})
    assert (late.status_code, "Có người vừa sửa mục này" in text_of(late)) == (409, True)


def test_measure_is_entered_as_carried_out(
    reviewer: Browser, office: Office, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    visit = in_the_field.visit(findings=FINDINGS, measures={"k1": {"measure_id": "suspension"}})
    page = unescape(part(reviewer.text(f"/reviews/{visit}"), "after"))
    (href,) = re.findall(r'href="(/reviews/[^"]+/enter/measure_execution[^"]+)"', page)
    assert send(reviewer, href, {"done_on": "2026-11-24"}).status_code == 303
    assert "Thực hiện ngày 24/11/2026" in unescape(reviewer.text(f"/reviews/{visit}"))
    assert reviewer.get(href.replace("k1", "k2")).status_code == 404


@pytest.mark.parametrize("role", sorted(load().roles))
def test_readers_of_visits_read_the_list_and_reviewers_enter(role: str) -> None:
    reads = role in {"reviewer", "team_lead", "inspector"}
    assert all(
        may(role, page, load()) is reads for page in ("console.follow_ups.index", "console.follow_ups.entry")
    )
    writing = (
        "console.follow_ups.new_entry",
        "console.follow_ups.enter",
        "console.follow_ups.correct",
        "console.follow_ups.withdraw",
    )
    assert all(may(role, page, load()) is (role == "reviewer") for page in writing)


def test_team_reads_entries_and_cannot_enter(
    office: Office, signed_in: Callable[[str], Browser], reviewer: Browser
) -> None:
    with snapshot(office.engine) as session:
        team = f"team:{session.scalars(select(Record.record_id).where(Record.type == 'team')).one()}"
    own = FieldWork(office, Tablet(office).ready(team, "ref"), office.officer_id("an"))
    visit = own.file("inspection", team, builders.inspection(findings=FINDINGS, follow_ups=ASKED))
    decide(reviewer, visit)
    member = signed_in("an")
    listed = unescape(member.text("/follow-ups"))
    assert "Dọn lối thoát nạn" in listed, words(listed)
    assert "/enter/" not in listed
    page = unescape(member.text(f"/reviews/{visit}"))
    assert "Quyết định 15/QĐ-XPHC ngày 23/11/2026" in part(page, "after")
    assert "/enter/" not in page
    entry = entry_of(page)
    assert "15.000.000" in unescape(member.text(entry))
    assert "<form" not in member.text(entry).split("<main")[1]
    assert decide(member, visit).status_code == 404


def test_unknown_and_inaccessible_records_have_the_same_answer(reviewer: Browser, visit: str) -> None:
    absent = "01900000-0000-7000-8000-00000000dead"
    for path in (
        f"/reviews/{absent}/enter/sanction_decision",
        f"/reviews/{visit}/enter/review",
        f"/reviews/{visit}/enter/follow_up_closure?follow_up_id=nothing",
        f"/reviews/{visit}/enter/payment?decision={absent}",
        f"/reviews/{visit}/entries/{absent}",
    ):
        assert reviewer.get(path).status_code == 404, path


def test_repeated_violation_is_marked_in_the_list(
    reviewer: Browser, in_the_field: FieldWork, visit: str
) -> None:
    assert "nhiều lần" not in reviewer.text("/follow-ups?tab=later")
    earlier = {"started_at": "2026-06-02T02:00:00Z", "ended_at": "2026-06-02T03:00:00Z"}
    first = in_the_field.visit(**earlier, findings={"f1": {**FINDINGS["f1"], "occurred_on": "2026-06-02"}})
    page = reviewer.text("/follow-ups?tab=later")
    assert (page.count("Vi phạm nhiều lần"), page.count("Tái phạm")) == (1, 0)
    assert "nhiều lần" not in reviewer.text("/follow-ups?tab=overdue&kind=decision")
    assert decide(reviewer, first, document_date="2026-06-09", received_on="").status_code == 303
    page = reviewer.text("/follow-ups?tab=later")
    assert (page.count("Vi phạm nhiều lần"), page.count("Tái phạm")) == (0, 1)
