"""Pages of reports in a browser: board, draft, texts of two officers, sign-off, freeze, files, template."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from docx import Document
from sqlalchemy import func, select
from tests.server.console.conftest import UNIT, Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office
from tests.stores import Statements

from field178_server.database.models import Audit, OfficerScope, Record, ReportTemplate
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.reports.docx_template import own_template
from field178_server.office.reports.queries import find_report
from field178_server.records.stored_record import data_of
from field178_shared.codelists import load
from field178_shared.records.reports import Report

NEW = {"kind": "annual", "year": "2026", "area_id": "an_lao_area_2025", "profile_ids": ["ha_noi_2026"]}
NAMED = "Gọi anh Nguyễn Văn Mẫu 0912345678"


@pytest.fixture
def reviewer(signed_in: Callable[[str], Browser], in_the_field: FieldWork) -> Browser:
    in_the_field.place()
    return signed_in("chi")


@pytest.fixture
def report(reviewer: Browser) -> str:
    """Open the report of the year, and return its address."""
    answer = reviewer.post("/reports/new", NEW)
    assert answer.status_code == 303, words(unescape(answer.get_data(as_text=True)))
    return str(answer.headers["Location"])


def shown(browser: Browser, path: str) -> str:
    return words(unescape(browser.text(path)))


def digests(browser: Browser, path: str) -> dict[str, str]:
    """Return what the form says was stored of each text."""
    return dict(re.findall(r'name="(was\.[^"]+)" value="([0-9a-f]+)"', browser.text(path)))


def stored(office: Office, path: str) -> Report:
    with snapshot(office.engine) as session:
        row = find_report(session, "main", path.rpartition("/")[2])
    assert row is not None
    return row.report


def signed_and_frozen(reviewer: Browser, leader: Browser, path: str) -> None:
    page = leader.text(path)
    rev, figures = (
        re.search(r'name="seen_rev" value="(\d+)"', page),
        re.search(r'"figures" value="(\w+)"', page),
    )
    assert rev
    assert figures
    answer = leader.post(f"{path}/sign-off", {"seen_rev": rev[1], "figures": figures[1]})
    assert answer.status_code == 303
    seen = {"seen_rev": str(int(rev[1]) + 1)}
    early = reviewer.post(f"{path}/freeze", seen)
    assert early.status_code == 422
    assert "Kỳ báo cáo đến 14/12/2026" in words(unescape(early.get_data(as_text=True)))
    empty = reviewer.post(f"{path}/freeze", {**seen, "early": "yes"})
    assert empty.status_code == 422
    assert "Các mục chưa viết lời: I. Tình hình" in words(unescape(empty.get_data(as_text=True)))
    answer = reviewer.post(f"{path}/freeze", {**seen, "early": "yes", "empty": "yes"})
    assert answer.status_code == 303, words(unescape(answer.get_data(as_text=True)))


def test_a_report_of_a_period_to_come_is_not_opened(reviewer: Browser, office: Office) -> None:
    """A wrong year could not be taken back: each commune would owe its part of it."""
    answer = reviewer.post("/reports/new", {**NEW, "year": "2062"})
    assert answer.status_code == 422
    assert "Năm báo cáo: Kỳ này chưa tới." in words(unescape(answer.get_data(as_text=True)))
    assert "Chưa mở báo cáo nào" in shown(reviewer, "/reports")


def test_board_shows_submissions_and_records_them_with_a_click(
    reviewer: Browser, report: str, office: Office
) -> None:
    page = shown(reviewer, "/reports")
    assert "0 / 5 đơn vị đã gửi 0 đơn vị quá hạn" in page
    assert "16/12/2026" in page
    submission = re.search(r"/reports/submissions/([0-9a-f-]{36})", reviewer.text("/reports"))
    assert submission
    sent = {"seen_rev": 1, "submitted_on": "2026-11-24"}
    path = f"/reports/submissions/{submission[1]}"
    confirmation = reviewer.post(path, {**sent, "document_number": "Nguyễn Văn An"})
    assert (
        confirmation.status_code,
        "Có thể là họ tên người" in unescape(confirmation.get_data(as_text=True)),
    ) == (
        200,
        True,
    )
    answer = reviewer.post(path, sent)
    assert answer.status_code == 303
    page = shown(reviewer, "/reports")
    assert "Đã ghi nhận." in page
    assert "1 / 5 đơn vị đã gửi" in page
    assert "Gửi đúng hạn" in page
    late = reviewer.post(
        f"/reports/submissions/{submission[1]}", {"seen_rev": 1, "submitted_on": "2026-11-23"}
    )
    assert late.status_code == 409
    future = reviewer.post(
        f"/reports/submissions/{submission[1]}", {"seen_rev": 2, "submitted_on": "2026-11-25"}
    )
    assert (future.status_code, "Ngày này chưa tới" in unescape(future.get_data(as_text=True))) == (422, True)
    office.clock.move(days=30)


def test_late_ones_are_counted_in_working_days(
    reviewer: Browser, report: str, office: Office, signed_in: Callable[[str], Browser]
) -> None:
    office.clock.move(days=25)
    page = shown(signed_in("chi"), "/reports")
    assert "5 đơn vị quá hạn" in page
    # From Wednesday 16 December to Saturday 19 December.
    assert "Quá hạn: đã qua 2 ngày làm việc" in page


def test_commune_sends_its_own_alone(
    reviewer: Browser, report: str, office: Office, signed_in: Callable[[str], Browser]
) -> None:
    own = OfficerScope(tenant_id="main", officer_id=office.officer_id("commune_reporter"), scope=UNIT)
    run_write(office.engine, lambda session: session.add(own))
    commune = signed_in("commune_reporter")
    page = commune.text("/reports")
    assert "Phần bạn gửi" in page
    ids = set(re.findall(r"/reports/submissions/([0-9a-f-]{36})", page))
    every = set(re.findall(r"/reports/submissions/([0-9a-f-]{36})", reviewer.text("/reports")))
    assert (len(ids), len(every)) == (1, 5)
    assert report not in page
    assert commune.get(report).status_code == 404
    sent = {"seen_rev": 1, "submitted_on": "2026-11-20", "document_number": "41/BC-UBND"}
    assert commune.post(f"/reports/submissions/{ids.pop()}", sent).status_code == 303
    assert "41/BC-UBND" in shown(commune, "/reports")
    other = next(iter(every - set(re.findall(r"/reports/submissions/([0-9a-f-]{36})", page))))
    assert commune.post(f"/reports/submissions/{other}", sent).status_code == 404


def submissions(browser: Browser) -> set[str]:
    return set(re.findall(r"/reports/submissions/([0-9a-f-]{36})", browser.text("/reports")))


def keep_to(office: Office, login: str, *scopes: str) -> None:
    """Give an officer these units in place of the whole office."""
    officer_id = office.officer_id(login)
    rows = [OfficerScope(tenant_id="main", officer_id=officer_id, scope=scope) for scope in scopes]
    run_write(office.engine, lambda session: session.add_all(rows))


def test_office_of_one_commune_makes_its_own_report_and_no_other(
    reviewer: Browser, report: str, office: Office, signed_in: Callable[[str], Browser]
) -> None:
    owed = submissions(reviewer)
    keep_to(office, "chi", UNIT)
    keep_to(office, "leader_viewer", UNIT)
    commune, leader, city = signed_in("chi"), signed_in("leader_viewer"), signed_in("city_viewer")
    own_duties = submissions(commune)
    assert (len(owed), len(own_duties)) == (5, 1)
    assert own_duties < owed
    assert report not in commune.text("/reports")
    assert commune.get(report).status_code == 404
    sent = {"seen_rev": 1, "submitted_on": "2026-11-20"}
    assert commune.post(f"/reports/submissions/{(owed - own_duties).pop()}", sent).status_code == 404
    form = commune.text("/reports/new")
    assert re.findall(r'<option value="(\w+)"[^>]*>\s*Xã', form) == ["c11629_v2"]
    assert "an_lao_area" not in form
    assert commune.post("/reports/new", NEW).status_code == 422
    opened = commune.post("/reports/new", NEW | {"area_id": "c11629_v2"})
    assert opened.status_code == 303
    own = str(opened.headers["Location"])
    draft = shown(commune, own)
    assert "Địa bàn Xã An Lão" in draft
    assert "Ủy ban nhân dân xã An Lão báo cáo kết quả" in draft
    # The culture and social affairs office of the commune sends to its People's Committee, which compiles.
    page = shown(commune, "/reports")
    assert "0 / 2 đơn vị đã gửi" in page
    assert "14/12/2026" in page
    signed_and_frozen(commune, leader, own)
    document = Document(io.BytesIO(commune.get(f"{own}/files/docx").data))
    assert any("xã An Lão" in paragraph.text for paragraph in document.paragraphs)
    # For external viewers the difference of area and commune would be a small number.
    assert city.get(own).status_code == 404


def test_report_of_a_period_is_opened_once_and_a_refusal_keeps_typed_values(
    reviewer: Browser, report: str
) -> None:
    again = reviewer.post("/reports/new", NEW)
    assert again.status_code == 422
    page = words(unescape(again.get_data(as_text=True)))
    assert "Loại báo cáo: Nội dung này đã được nhập rồi." in page
    wrong = reviewer.post("/reports/new", NEW | {"kind": "ad_hoc", "year": "26"})
    assert wrong.status_code == 422
    assert 'value="26"' in wrong.get_data(as_text=True)
    days = reviewer.post("/reports/new", NEW | {"kind": "ad_hoc"})
    assert "Nhập ngày đầu và ngày cuối kỳ." in unescape(days.get_data(as_text=True))
    named = NEW | {"kind": "ad_hoc", "period_from": "2026-03-01", "period_to": "2026-03-31"}
    assert reviewer.post("/reports/new", named).status_code == 303


def test_a_draft_is_withdrawn_and_the_withdrawal_undone(
    reviewer: Browser, report: str, signed_in: Callable[[str], Browser]
) -> None:
    leader = signed_in("leader_viewer")
    assert "Rút bản dự thảo này" in shown(reviewer, report)
    assert "Rút bản dự thảo này" not in shown(leader, report)
    assert leader.post(f"{report}/withdraw", {"seen_rev": 1}).status_code == 404
    assert reviewer.post(f"{report}/withdraw", {"seen_rev": 2}).status_code == 409
    assert "báo cáo dự thảo" in shown(leader, "/").lower()
    gone = reviewer.post(f"{report}/withdraw", {"seen_rev": 1})
    assert gone.status_code == 303
    board = reviewer.text("/reports")
    assert "Đã rút: Báo cáo năm 2026." in words(unescape(board))
    assert "Chưa mở báo cáo nào" in words(unescape(board))
    assert submissions(reviewer) == set()
    assert reviewer.get(report).status_code == 404
    undo = re.search(r'action="([^"]+/undo-withdrawal)"', board)
    assert undo
    assert leader.post(undo[1], {}).status_code == 404
    assert reviewer.post(undo[1], {}).status_code == 303
    assert "bản dự thảo trở lại như trước" in shown(reviewer, report)
    assert len(submissions(reviewer)) == 5
    # Who clicks twice meets the same draft.
    assert reviewer.post(undo[1], {}).status_code == 303


def test_draft_and_plan_say_which_visits_each_of_them_counts(reviewer: Browser, report: str) -> None:
    assert "số liệu lấy từ phiếu đã duyệt tại thời điểm này. Kế hoạch tính cả phiếu chờ duyệt" in shown(
        reviewer, report
    )
    assert "kể cả phiếu chờ duyệt. Số liệu và báo cáo chỉ tính phiếu đã duyệt" in shown(
        reviewer, "/plan/2026"
    )


def test_officer_of_one_commune_undoes_no_withdrawal_of_the_district(
    reviewer: Browser, report: str, office: Office, signed_in: Callable[[str], Browser]
) -> None:
    assert reviewer.post(f"{report}/withdraw", {"seen_rev": 1}).status_code == 303
    keep_to(office, "chi", UNIT)
    assert signed_in("chi").post(f"{report}/undo-withdrawal", {}).status_code == 404


def test_signed_report_shows_why_it_cannot_be_withdrawn(
    reviewer: Browser, report: str, signed_in: Callable[[str], Browser]
) -> None:
    leader = signed_in("leader_viewer")
    figures = re.search(r'"figures" value="(\w+)"', leader.text(report))
    assert figures
    assert leader.post(f"{report}/sign-off", {"seen_rev": 1, "figures": figures[1]}).status_code == 303
    page = reviewer.text(report)
    assert re.search(r'<button class="button button-bad" disabled[^>]*>.*?Rút', page, re.DOTALL)
    assert "Lãnh đạo đã thông qua. Hãy sửa một đoạn lời trước" in words(unescape(page))
    assert reviewer.post(f"{report}/withdraw", {"seen_rev": 2}).status_code == 409


def test_texts_of_two_officers_are_merged_and_a_conflict_needs_a_choice(
    reviewer: Browser, report: str, office: Office
) -> None:
    seen = digests(reviewer, report)
    first = {**seen, "sections.s1_situation": "Một", "sections.s12_next": ""}
    assert reviewer.post(report, first).status_code == 303
    other = {**seen, "sections.s1_situation": "", "sections.s12_next": "Hai"}
    assert reviewer.post(report, other).status_code == 303
    assert stored(office, report).sections == {"s1_situation": "Một", "s12_next": "Hai"}
    both = reviewer.post(report, {**seen, "sections.s1_situation": "Khác"})
    assert both.status_code == 409
    page = unescape(both.get_data(as_text=True))
    assert "Người khác vừa viết: “Một”." in page
    assert ">Khác</textarea>" in page
    now = dict(re.findall(r'name="(was\.[^"]+)" value="([0-9a-f]+)"', page))
    assert reviewer.post(report, {**now, "sections.s1_situation": "Khác"}).status_code == 303
    assert stored(office, report).sections["s1_situation"] == "Khác"


def test_text_that_may_name_a_person_needs_confirmation(
    reviewer: Browser, report: str, office: Office
) -> None:
    sent = {**digests(reviewer, report), "sections.s11_assessment": NAMED}
    answer = reviewer.post(report, sent)
    assert answer.status_code == 200
    assert "0912345678" in unescape(answer.get_data(as_text=True))
    assert stored(office, report).sections == {}
    assert reviewer.post(report, sent | {"confirmed": "texts"}).status_code == 303


def test_report_is_signed_off_frozen_and_taken_out_the_same(
    reviewer: Browser,
    report: str,
    office: Office,
    signed_in: Callable[[str], Browser],
    in_the_field: FieldWork,
) -> None:
    leader, above = signed_in("leader_viewer"), signed_in("city_viewer")
    assert "Lãnh đạo thông qua báo cáo trước." in shown(reviewer, report)
    assert above.get(report).status_code == 404
    assert leader.post(f"{report}/freeze", {"seen_rev": 1}).status_code == 404
    assert reviewer.post(f"{report}/sign-off", {"seen_rev": 1, "figures": "0" * 64}).status_code == 404
    stale = leader.post(f"{report}/sign-off", {"seen_rev": 1, "figures": "0" * 64})
    assert stale.status_code == 409
    signed_and_frozen(reviewer, leader, report)
    page = shown(reviewer, report)
    assert "Đã chốt" in page
    assert stored(office, report).frozen_hash in page
    assert "Lưu nội dung" not in page
    before = {kind: reviewer.get(f"{report}/files/{kind}").data for kind in ("docx", "pdf", "xlsx")}
    in_the_field.session()
    office.clock.move(days=2)
    leader, above = signed_in("leader_viewer"), signed_in("city_viewer")
    assert {kind: leader.get(f"{report}/files/{kind}").data for kind in before} == before
    assert above.get(f"{report}/files/pdf").data == before["pdf"]
    assert above.get(f"{report}/files/csv").status_code == 404
    assert before["pdf"].startswith(b"%PDF")
    with snapshot(office.engine) as session:
        taken = session.scalar(select(func.count()).select_from(Audit).where(Audit.action == "report_taken"))
        body = session.scalar(select(Record.body).where(Record.type == "report"))
    assert taken == 7
    assert body
    assert "Cán bộ" not in str(data_of(body)), "a report names no officer"


def sign(leader: Browser, path: str) -> None:
    page = leader.text(path)
    rev = re.search(r'name="seen_rev" value="(\d+)"', page)
    figures = re.search(r'"figures" value="(\w+)"', page)
    assert rev
    assert figures
    answer = leader.post(f"{path}/sign-off", {"seen_rev": rev[1], "figures": figures[1]})
    assert answer.status_code == 303


def test_figures_changed_after_the_sign_off_reach_the_leader_and_are_signed_again(
    reviewer: Browser, report: str, office: Office, signed_in: Callable[[str], Browser]
) -> None:
    leader = signed_in("leader_viewer")
    sign(leader, report)
    assert "Thông qua lại" not in shown(leader, report) + shown(leader, "/") + shown(leader, "/reports")
    close_the_establishment(reviewer, office)
    assert "đã đổi số liệu sau khi thông qua: xem và thông qua lại" in shown(leader, "/")
    assert "đã đổi số liệu sau khi thông qua" in shown(reviewer, "/")
    assert "0 báo cáo đã thông qua, có thể chốt" in shown(reviewer, "/")
    assert "Cần thông qua lại" in shown(leader, "/reports")
    page = shown(leader, report)
    assert "Thông qua lại như đang xem" in page
    assert "I. TÌNH HÌNH TỆ NẠN MẠI DÂM" in page
    assert "Số cơ sở kinh doanh dịch vụ dễ phát sinh, theo nhóm (cơ sở) 1 0" in page
    assert re.search(r"Phụ lục I\. Cơ sở kinh doanh dịch vụ[^|]* Xã An Lão: Tổng số cơ sở 1 0", page)
    assert "bản 1 không còn tính" in shown(leader, f"{report}/later")
    freezing = {"seen_rev": 2, "early": "yes", "empty": "yes"}
    assert reviewer.post(f"{report}/freeze", freezing).status_code == 409
    sign(leader, report)
    assert "Cần thông qua lại" not in shown(leader, "/reports")
    assert "Chốt đúng bản mà Cán bộ leader_viewer" in shown(reviewer, report)
    assert reviewer.post(f"{report}/freeze", freezing | {"seen_rev": 3}).status_code == 303


def close_the_establishment(reviewer: Browser, office: Office) -> None:
    with snapshot(office.engine) as session:
        key, rev = session.execute(
            select(Record.record_id, Record.rev).where(Record.type == "establishment")
        ).one()
    closing = {
        "seen_rev": rev,
        "operating_status_id": "closed",
        "day": "2026-11-01",
        "reason": "Trả mặt bằng",
    }
    answer = reviewer.post(f"/establishments/{key}/close", closing)
    assert answer.status_code == 303, words(unescape(answer.get_data(as_text=True)))


def test_frozen_number_leads_to_its_revisions_and_later_changes_are_listed(
    reviewer: Browser, report: str, signed_in: Callable[[str], Browser], office: Office
) -> None:
    signed_and_frozen(reviewer, signed_in("leader_viewer"), report)
    trace = shown(reviewer, f"{report}/figures/establishments_total")
    assert "Các bản ghi được tính (1)" in trace
    assert reviewer.get(f"{report}/figures/unheard_of").status_code == 404
    assert "Mọi số liệu vẫn như khi chốt." in shown(reviewer, f"{report}/later")
    close_the_establishment(reviewer, office)
    page = shown(reviewer, f"{report}/later")
    assert "Số cơ sở kinh doanh dịch vụ dễ phát sinh, theo nhóm (cơ sở) 1 0" in page
    assert "bản 1 không còn tính" in page
    restated = reviewer.post(f"{report}/restate", {"seen_rev": 3, "reason": ""})
    assert restated.status_code == 422
    assert re.search(r'id="reason"[^>]* aria-invalid="true"', restated.get_data(as_text=True))
    restated = reviewer.post(f"{report}/restate", {"seen_rev": 3, "reason": "Một cơ sở đã đóng cửa"})
    assert restated.status_code == 303
    assert "Có bản đính chính" in shown(reviewer, "/reports")
    assert "Báo cáo được đính chính" in shown(reviewer, str(restated.headers["Location"]))


def test_report_without_an_issuer_waits_for_its_heading(
    reviewer: Browser, signed_in: Callable[[str], Browser], report: str
) -> None:
    leader = signed_in("leader_viewer")
    form = {"issuing_body": "", "place": "", **digests(reviewer, report)}
    assert reviewer.post(report, form).status_code == 303
    for page in (shown(leader, report), shown(reviewer, report)):
        assert re.search(r"Chưa ghi: [^.]*, [^.]*\.", page)
    assert re.search(r"<button[^>]*disabled[^>]*>.*?Thông qua như đang xem", leader.text(report), re.DOTALL)


def template_with(text: str) -> bytes:
    """Return the report template of the product with one more paragraph."""
    document = Document(io.BytesIO(own_template(load().report_layout)))
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def send(reviewer: Browser, body: bytes) -> Any:
    return reviewer.post("/reports/template", {"file": (io.BytesIO(body), "mau-xa.docx")})


def test_template_of_the_office_is_used_and_the_products_again(
    reviewer: Browser, report: str, office: Office
) -> None:
    body = template_with("Xã gửi kèm: {{ subject }}")
    assert send(reviewer, body).status_code == 303
    assert "mau-xa.docx" in shown(reviewer, "/reports/template")
    assert (
        hashlib.sha256(reviewer.get("/reports/template/file").data).digest() == hashlib.sha256(body).digest()
    )
    texts = [
        paragraph.text
        for paragraph in Document(io.BytesIO(reviewer.get(f"{report}/files/docx").data)).paragraphs
    ]
    assert "Xã gửi kèm: Kết quả công tác phòng, chống mại dâm năm 2026" in texts
    assert reviewer.post("/reports/template/drop").status_code == 303
    assert "Mẫu có sẵn" in shown(reviewer, "/reports/template")
    with snapshot(office.engine) as session:
        assert session.scalar(select(func.count()).select_from(ReportTemplate)) == 1


def test_wrong_placeholder_is_reported_with_its_paragraph(reviewer: Browser) -> None:
    for text, message in (
        (
            "Tổng: {{ so_lieu }}",
            "“so_lieu” không phải ô điền của báo cáo. Nội dung đoạn: Tổng: {{ so_lieu }}",
        ),
        ("{{ subject | }}", "Không đọc được “{{ subject | }}”"),
    ):
        answer = send(reviewer, template_with(text))
        assert answer.status_code == 422
        page = words(unescape(answer.get_data(as_text=True)))
        assert re.search(r"Đoạn \d+: ", page)
        assert message in page
    answer = send(reviewer, b"%PDF-1.7")
    assert answer.status_code == 422
    assert "không phải văn bản Word" in unescape(answer.get_data(as_text=True))


def test_template_is_tried_out_before_it_is_put_in_use(reviewer: Browser, office: Office) -> None:
    form = {"file": (io.BytesIO(template_with("Thử: {{ subject }}")), "mau-xa.docx"), "preview": "1"}
    answer = reviewer.post("/reports/template", form)
    assert answer.status_code == 200
    texts = [paragraph.text for paragraph in Document(io.BytesIO(answer.data)).paragraphs]
    assert "Thử: Kết quả công tác phòng, chống mại dâm năm 2026" in texts
    assert "Mẫu có sẵn" in shown(reviewer, "/reports/template")
    with snapshot(office.engine) as session:
        assert session.scalar(select(func.count()).select_from(ReportTemplate)) == 0


def test_statements_of_the_pages_do_not_grow_with_the_reports(
    reviewer: Browser, report: str, office: Office, statements: Statements
) -> None:
    counts = []
    for year in ("2024", "2025"):
        reviewer.text("/reports")
        with statements(office.engine) as queries:
            reviewer.text("/reports")
        counts.append(len(queries))
        assert reviewer.post("/reports/new", NEW | {"year": year}).status_code == 303
    assert counts[0] == counts[1]
