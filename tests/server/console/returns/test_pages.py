"""Pages of returns in a browser: what an agency owes, its forms and refusals, and who only reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import unescape

import pytest
from sqlalchemy import delete, select, update
from tests.server.console.conftest import UNIT, Browser, FieldWork, Json
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office
from tests.stores import Statements

from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest
from field178_server.database.models import Audit, Officer, OfficerScope, Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.records.stored_record import data_of
from field178_shared.codelists.loading import released_files
from field178_shared.list_packs import TABLES

CITY = "p31_v2"
COURT: Json = {"month": "2026-11-01", "cases_tried": "2"}
NEW = "/returns/new/agency_return"
HARM: Json = {
    "month": "2026-10-01",
    "services.info_contacts.quantity": "184",
    "services.legal_aid.quantity": "6",
}
MODEL: Json = {"model_id": "worker_rights", "started_on": "2026-03-01", "status": "active"}
PRAISE: Json = {
    "granted_on": "2026-11-18",
    "level": "commune",
    "form": "certificate_of_merit",
    "subject": "individual",
    "count": "3",
}
BUDGET: Json = {
    "year": "2026",
    "source": "city",
    "purpose": "Tuyên truyền",
    "allocated_vnd": "50.000.000",
    "spent_vnd": "20000000",
}
TOTAL: Json = {
    "kind": "team_members_total",
    "valid_from": "2026-01-01",
    "value": "9",
    "source_document": "05/BC-UBND",
}
CORRECTION: Json = {
    "corrected_on": "2026-11-18",
    "channel_id": "social_network",
    "action_id": "correction_asked",
    "item_count": "3",
    "topic_ids": "prostitution_law",
}
SUPERVISION: Json = {
    "kind_id": "supervision",
    "concluded_on": "2026-11-18",
    "units_supervised": "3",
    "recommendations": "5",
}
OF_OFFICE = {
    "supervision": SUPERVISION,
    "information_correction": CORRECTION,
    "pilot_model": MODEL,
    "commendation": PRAISE,
    "budget_line": BUDGET,
    "denominator": TOTAL,
}


@pytest.fixture
def agency(
    office: Office, in_the_field: FieldWork, signed_in: Callable[[str], Browser]
) -> Callable[[str], Browser]:
    """Sign in the reporter of an agency; the register has one establishment."""
    in_the_field.place()

    def sign_in(agency_id: str) -> Browser:
        of_agency = update(Officer).where(Officer.login == "agency_reporter").values(agency=agency_id)
        run_write(office.engine, lambda session: session.execute(of_agency))
        return signed_in("agency_reporter")

    return sign_in


@pytest.fixture
def health(office: Office, agency: Callable[[str], Browser]) -> Browser:
    """Sign in a health office that the lists ask for harm-reduction totals."""
    table, key = "organizations.agencies", "prov_health_department"
    row = TABLES[table].rows(released_files())[key]
    fields = {"returns": ["workers_examined", "harm_reduction_return"]}
    office.publish_lists({table: {key: {**row, **fields}}})
    return agency("prov_health_department")


def stored(office: Office, record_type: str) -> list[tuple[str, int, Json]]:
    query = select(Record.record_id, Record.rev, Record.body).where(
        Record.type == record_type, Record.deleted.is_(False)
    )
    with snapshot(office.engine) as session:
        return [(key, rev, data_of(body)) for key, rev, body in session.execute(query)]


def shown(browser: Browser, path: str = "/returns") -> str:
    return words(unescape(browser.text(path)))


def test_an_agency_sends_its_own_numbers_and_owes_them_no_longer(
    agency: Callable[[str], Browser], office: Office
) -> None:
    court = agency("regional_court")
    page = shown(court)
    assert "Tòa án nhân dân khu vực" in page
    assert "Số liệu tháng của cơ quan, tháng 11/2026 chưa gửi; hạn đến hết tháng" in page
    assert "Số liệu tháng của cơ quan, tháng 10/2026 trễ hạn" in page
    form = shown(court, f"{NEW}?month=2026-11-01")
    assert "Số vụ xét xử (vụ)" in form
    for other in ("Số tin báo, tố giác tiếp nhận", "Số vụ truy tố", "khám sức khỏe"):
        assert other not in form
    for month, number in (("2026-10-01", "5"), ("2026-11-01", "2")):
        assert court.post(NEW, COURT | {"month": month, "cases_tried": number}).status_code == 303
    page = shown(court)
    assert "Đã nhập: Số liệu tháng của cơ quan." in page
    assert "tháng 11/2026 chưa gửi" not in page
    assert "Số liệu tháng của cơ quan, tháng 09/2026 trễ hạn" in page
    assert [data for _, _, data in stored(office, "agency_return")][-1] == {
        "agency_id": "regional_court",
        "unit_id": CITY,
        "month": "2026-11-01",
        "cases_tried": 2,
    }
    # The number of the previous period is shown beside the field.
    assert "Tháng 10/2026: 5 vụ" in shown(court, f"{NEW}?month=2026-11-01")


def test_office_sees_numbers_that_no_agency_reports(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    """Since 2025 the lists leave it to each office who sends what the district agencies sent."""
    warning = "Chưa giao cho cơ quan nào: Số tin báo, tố giác tiếp nhận"
    reviewer = signed_in("chi")
    assert warning in shown(reviewer)
    assert "Số vụ xét xử" not in shown(reviewer).partition("Chưa giao")[2].partition(". ")[0]
    assert warning not in shown(reviewer, "/returns?month=2025-02-01")
    table, key = "organizations.agencies", "commune_police"
    row = TABLES[table].rows(released_files())[key]
    office.publish_lists({table: {key: {**row, "returns": ["tipoffs_received"]}}})
    assert warning not in shown(reviewer)


def test_an_agency_owes_its_numbers_before_the_register_is_filled(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    of_court = update(Officer).where(Officer.login == "agency_reporter").values(agency="regional_court")
    run_write(office.engine, lambda session: session.execute(of_court))
    assert "3 số liệu tháng này và hai tháng trước còn phải gửi" in shown(signed_in("agency_reporter"), "/")
    sent = shown(signed_in("chi"))
    assert "Tòa án nhân dân khu vực Thành phố Hải Phòng Số liệu tháng của cơ quan Chưa gửi" in sent
    # Without an area no return is due.
    run_write(office.engine, lambda session: session.execute(delete(OfficerScope)))
    page = shown(signed_in("agency_reporter"))
    assert "Đã gửi đủ" not in page
    assert "Tài khoản của bạn chưa có địa bàn" in page


# By record type: an agency that enters it, names whose value stays typed, a choice that stays chosen.
BY_AGENCY = {
    "agency_return": ("regional_court", COURT, ("cases_tried",), "month"),
    "information_correction": (
        "commune_culture_social",
        CORRECTION,
        ("item_count", "corrected_on"),
        "action_id",
    ),
    "supervision": ("commune_fatherland_front", SUPERVISION, ("units_supervised", "concluded_on"), "kind_id"),
}
REFUSED: Mapping[str, list[tuple[Json, str]]] = {
    "agency_return": [
        ({"cases_tried": "-1"}, "Số vụ xét xử (vụ): Số không được âm."),
        ({"cases_tried": "100000"}, "Số vụ xét xử (vụ): Số phải từ 0 đến 99.999."),
        ({"cases_tried": "hai"}, "Số vụ xét xử (vụ): Cần số nguyên."),
        ({"cases_tried": ""}, "Số vụ xét xử (vụ): Cần nhập mục này."),
        ({"month": "2026-12-01"}, "Tháng báo cáo: Kỳ này chưa tới."),
        ({"month": "2025-06-01"}, "Tháng báo cáo: Cơ quan này không hoạt động vào ngày đó."),
        ({"month": "2026-11-02"}, "Tháng báo cáo: Ngày không hợp lệ."),
    ],
    "information_correction": [
        ({"item_count": "-1"}, "Số thông tin sai lệch đã xử lý (thông tin): Số không được âm."),
        ({"item_count": "10001"}, "Số thông tin sai lệch đã xử lý (thông tin): Số phải từ 1 đến 10.000."),
        ({"item_count": ""}, "Số thông tin sai lệch đã xử lý (thông tin): Cần nhập mục này."),
        ({"corrected_on": "2026-11-25"}, "Ngày xử lý: Ngày này chưa tới."),
        ({"corrected_on": "2025-06-30"}, "Ngày xử lý: Cơ quan này không hoạt động vào ngày đó."),
        ({"channel_id": ""}, "Nơi đăng, phát thông tin: Cần nhập mục này."),
    ],
    "supervision": [
        ({"units_supervised": "-1"}, "Số đơn vị được giám sát (đơn vị): Số không được âm."),
        ({"units_supervised": "10001"}, "Số đơn vị được giám sát (đơn vị): Số phải từ 1 đến 10.000."),
        ({"recommendations": ""}, "Số kiến nghị (kiến nghị): Cần nhập mục này."),
        ({"recommendations_done": "6"}, "Trong đó đã thực hiện (kiến nghị): Lớn hơn tổng số."),
        ({"concluded_on": "2026-11-25"}, "Ngày kết luận: Ngày này chưa tới."),
    ],
}


@pytest.mark.parametrize("record_type", sorted(BY_AGENCY))
def test_bad_input_is_refused_at_its_field_and_stays_typed(
    agency: Callable[[str], Browser], office: Office, record_type: str
) -> None:
    agency_id, fields, names, choice = BY_AGENCY[record_type]
    browser = agency(agency_id)
    for over, message in REFUSED[record_type]:
        typed = fields | over
        answer = browser.post(f"/returns/new/{record_type}", typed)
        page = unescape(answer.get_data(as_text=True))
        assert answer.status_code in (409, 422), over
        assert message in words(page)
        assert "Lỗi:" in page
        for name in names:
            assert f'value="{typed[name]}"' in page, over
        assert f'<option value="{typed[choice]}" selected' in page
    assert stored(office, record_type) == []


def test_entries_of_the_office_are_checked(
    agency: Callable[[str], Browser], signed_in: Callable[[str], Browser]
) -> None:
    agency("regional_court")
    reviewer = signed_in("chi")
    refused: list[tuple[str, Json, str]] = [
        ("budget_line", {"spent_vnd": "50000001"}, "Kinh phí đã chi (đồng): Nhiều hơn kinh phí được giao."),
        ("budget_line", {"year": "2027"}, "Năm ngân sách: Kỳ này chưa tới."),
        ("pilot_model", {"status": "ended"}, "Ngày kết thúc: Cần nhập mục này."),
        ("commendation", {"granted_on": "2026-11-25"}, "Ngày khen thưởng: Ngày này chưa tới."),
        ("commendation", {"count": "0"}, "Số lượng: Số phải từ 1 đến 10.000."),
        ("denominator", {"kind": "establishments_active"}, "Loại tổng số:"),
        ("denominator", {"source_document": " "}, "Nguồn số liệu: Cần nhập mục này."),
    ]
    for record_type, over, message in refused:
        answer = reviewer.post(f"/returns/new/{record_type}", OF_OFFICE[record_type] | over)
        assert message in words(unescape(answer.get_data(as_text=True))), (record_type, over)


def test_numbers_of_other_agencies_are_not_taken(agency: Callable[[str], Browser], office: Office) -> None:
    court = agency("regional_court")
    assert court.post(NEW, COURT | {"tipoffs_received": "9", "agency_id": "procuracy"}).status_code == 303
    ((_, _, data),) = stored(office, "agency_return")
    assert "tipoffs_received" not in data
    assert data["agency_id"] == "regional_court"
    for record_type in (*OF_OFFICE, "harm_reduction_return", "worker_census"):
        assert court.get(f"/returns/new/{record_type}").status_code == 404, record_type
    assert court.post(f"{NEW}?unit=c11629_v2", COURT).status_code == 404


def test_month_sent_twice_is_refused_at_its_field(agency: Callable[[str], Browser], office: Office) -> None:
    court = agency("regional_court")
    assert court.post(NEW, COURT).status_code == 303
    again = court.post(NEW, COURT | {"cases_tried": "7"})
    assert "Tháng báo cáo: Nội dung này đã được nhập rồi." in words(unescape(again.get_data(as_text=True)))
    assert [data["cases_tried"] for _, _, data in stored(office, "agency_return")] == [2]


def test_a_return_is_corrected_and_withdrawn_with_its_history(
    agency: Callable[[str], Browser], office: Office
) -> None:
    court = agency("regional_court")
    court.post(NEW, COURT)
    ((record_id, _, _),) = stored(office, "agency_return")
    path = f"/returns/entries/{record_id}"
    assert court.post(path, COURT | {"cases_tried": "3", "seen_rev": "1"}).status_code == 303
    late = court.post(path, COURT | {"cases_tried": "4", "seen_rev": "1"})
    assert (late.status_code, "Chưa ghi" in late.get_data(as_text=True)) == (409, True)
    page = shown(court, path)
    assert "Đã sửa Cán bộ agency_reporter" in page
    assert "Số vụ xét xử Trước 2 vụ Nay 3 vụ" in page
    assert court.post(f"{path}/withdraw", {"seen_rev": "2"}).status_code == 303
    assert stored(office, "agency_return") == []
    assert "Đã rút" in shown(court, path)
    assert court.post(NEW, COURT).status_code == 303
    assert "Nhập lại" in shown(court, path)
    with snapshot(office.engine) as session:
        actions = list(session.scalars(select(Audit.action).where(Audit.action.like("agency_return%"))))
    assert sorted(actions) == [
        "agency_return_corrected",
        "agency_return_entered",
        "agency_return_entered",
        "agency_return_withdrawn",
    ]


def test_harm_reduction_is_one_form_a_month_without_a_place(health: Browser, office: Office) -> None:
    new = "/returns/new/harm_reduction_return"
    form = shown(health, new)
    for text in ("Lượt trợ giúp pháp lý", "Số bao cao su cấp phát"):
        assert text in form
    assert health.post(new, HARM).status_code == 303
    ((record_id, _, data),) = stored(office, "harm_reduction_return")
    assert data["services"] == {"info_contacts": {"quantity": 184}, "legal_aid": {"quantity": 6}}
    assert set(data) == {"agency_id", "unit_id", "month", "services"}
    empty = health.post(new, {"month": "2026-11-01"})
    assert "Cần nhập mục này." in empty.get_data(as_text=True)
    negative = health.post(new, HARM | {"month": "2026-11-01", "services.legal_aid.quantity": "-6"})
    page = unescape(negative.get_data(as_text=True))
    assert "Lượt trợ giúp pháp lý: Số không được âm." in words(page)
    assert 'value="-6"' in page
    assert "Tháng 10/2026: 184" in words(page)
    corrected = HARM | {"services.legal_aid.quantity": "", "seen_rev": "1"}
    assert health.post(f"/returns/entries/{record_id}", corrected).status_code == 303
    assert stored(office, "harm_reduction_return")[0][2]["services"] == {"info_contacts": {"quantity": 184}}


def test_office_enters_its_own_records(
    agency: Callable[[str], Browser], office: Office, signed_in: Callable[[str], Browser]
) -> None:
    court, reviewer, leader = agency("regional_court"), signed_in("chi"), signed_in("leader_viewer")
    for record_type, fields in OF_OFFICE.items():
        new = f"/returns/new/{record_type}"
        answer = reviewer.post(new, fields)
        assert answer.status_code == 303, words(unescape(answer.get_data(as_text=True)))
        twice = reviewer.post(new, fields)
        assert "Nội dung này đã được nhập rồi." in twice.get_data(as_text=True)
        ((record_id, _, data),) = stored(office, record_type)
        assert data["unit_id"] == CITY
        path = f"/returns/entries/{record_id}"
        assert leader.get(path).status_code == 200
        assert "seen_rev" in reviewer.text(path)
        assert court.get(path).status_code == 404


def test_the_office_sees_who_has_sent_and_who_is_late(
    agency: Callable[[str], Browser], office: Office, signed_in: Callable[[str], Browser]
) -> None:
    agency("regional_court").post(NEW, COURT)
    ((record_id, _, _),) = stored(office, "agency_return")
    for reader in (signed_in("chi"), signed_in("leader_viewer")):
        page = shown(reader)
        assert "Các cơ quan gửi số liệu tháng 11/2026 1 trên 1" in page
        assert "Tòa án nhân dân khu vực" in page
        assert "Chưa có tài khoản để gửi: Viện kiểm sát nhân dân khu vực." in page
        month_before = shown(reader, "/returns?month=2026-10-01")
        assert ("0 trên 1" in month_before, "Trễ hạn" in month_before) == (True, True)
        assert reader.get(NEW).status_code == 404
        assert "seen_rev" not in reader.text(f"/returns/entries/{record_id}")
        assert reader.post(f"/returns/entries/{record_id}", COURT | {"seen_rev": "1"}).status_code == 404


def test_a_commune_states_its_staff_alone(
    office: Office, in_the_field: FieldWork, signed_in: Callable[[str], Browser]
) -> None:
    in_the_field.place()
    reporter = office.officer_id("commune_reporter")

    def of_commune(session: object) -> None:
        session.add(OfficerScope(tenant_id="main", officer_id=reporter, scope=UNIT))  # type: ignore[attr-defined]
        session.execute(  # type: ignore[attr-defined]
            update(Officer)
            .where(Officer.login == "commune_reporter")
            .values(agency="commune_people_committee")
        )

    run_write(office.engine, of_commune)
    commune = signed_in("commune_reporter")
    assert commune.post("/returns/new/denominator", TOTAL).status_code in (409, 422)
    own = TOTAL | {"kind": "commune_staff_total"}
    assert commune.post("/returns/new/denominator", own).status_code == 303
    ((_, _, data),) = stored(office, "denominator")
    assert data["unit_id"] == UNIT.removeprefix("unit:")
    assert commune.get(NEW).status_code == 404
    # Of what each commune states the office states no sum beside.
    assert signed_in("chi").post("/returns/new/denominator", own).status_code in (409, 422)
    assert len(stored(office, "denominator")) == 1


def test_a_reporter_without_a_commune_states_nothing(
    office: Office, in_the_field: FieldWork, signed_in: Callable[[str], Browser]
) -> None:
    in_the_field.place()
    of_commune = update(Officer).where(Officer.login == "commune_reporter")
    run_write(
        office.engine,
        lambda session: session.execute(of_commune.values(agency="commune_people_committee")),
    )
    commune = signed_in("commune_reporter")
    assert "Tài khoản của bạn chưa có địa bàn" in shown(commune)
    assert commune.get("/returns/new/denominator").status_code == 404


def test_an_agency_enters_wrong_information_that_it_dealt_with(
    agency: Callable[[str], Browser], office: Office
) -> None:
    culture, new = agency("commune_culture_social"), "/returns/new/information_correction"
    form = shown(culture, new)
    for text in ("Số thông tin sai lệch đã xử lý (thông tin)", "Mạng xã hội", "Yêu cầu đính chính, gỡ bỏ"):
        assert text in form
    assert culture.post(new, CORRECTION).status_code == 303
    page = shown(culture)
    assert "Đã nhập: Chấn chỉnh thông tin sai lệch." in page
    assert "Yêu cầu đính chính, gỡ bỏ Mạng xã hội: 3 thông tin" in page
    ((record_id, _, data),) = stored(office, "information_correction")
    assert data == {
        **{"agency_id": "commune_culture_social", "unit_id": CITY, "corrected_on": "2026-11-18"},
        **{"channel_id": "social_network", "action_id": "correction_asked", "item_count": 3},
        "topic_ids": ["prostitution_law"],
    }
    twice = culture.post(new, CORRECTION | {"item_count": "4"})
    assert "Ngày xử lý: Nội dung này đã được nhập rồi." in words(unescape(twice.get_data(as_text=True)))
    assert culture.post(f"{new}?unit=c11629_v2", CORRECTION).status_code == 404
    corrected = CORRECTION | {"item_count": "4", "seen_rev": "1"}
    assert culture.post(f"/returns/entries/{record_id}", corrected).status_code == 303
    history = shown(culture, f"/returns/entries/{record_id}")
    assert "Số thông tin sai lệch đã xử lý Trước 3 thông tin Nay 4 thông tin" in history


def test_front_enters_a_supervision_and_its_outcome(agency: Callable[[str], Browser], office: Office) -> None:
    front, new = agency("commune_fatherland_front"), "/returns/new/supervision"
    form = shown(front, new)
    for text in ("Số đơn vị được giám sát (đơn vị)", "Phản biện xã hội", "do đơn vị chủ trì nhập một lần"):
        assert text in form
    assert front.post(new, SUPERVISION).status_code == 303
    page = shown(front)
    assert "Đã nhập: Giám sát, phản biện xã hội." in page
    assert "Giám sát 3 đơn vị; 5 kiến nghị Giám sát" in page
    ((record_id, _, data),) = stored(office, "supervision")
    assert "recommendations_done" not in data
    twice = front.post(new, SUPERVISION | {"units_supervised": "4"})
    refusal = words(unescape(twice.get_data(as_text=True)))
    assert "Ngày kết luận: Nội dung này đã được nhập rồi." in refusal
    # Another kind of the same day is another fact.
    assert front.post(new, SUPERVISION | {"kind_id": "social_criticism"}).status_code == 303
    later = SUPERVISION | {"recommendations_done": "4", "seen_rev": "1"}
    assert front.post(f"/returns/entries/{record_id}", later).status_code == 303
    assert "Giám sát 3 đơn vị; 5 kiến nghị, đã thực hiện 4 kiến nghị" in shown(front)
    assert front.get("/returns/new/information_correction").status_code == 404
    assert front.post(f"{new}?unit=c11629_v2", SUPERVISION).status_code == 404


def test_page_costs_the_same_with_many_returns(
    agency: Callable[[str], Browser], office: Office, statements: Statements
) -> None:
    court = agency("regional_court")
    court.post(NEW, COURT)
    court.text("/returns")
    with statements(office.engine) as few:
        court.text("/returns")
    for month in range(1, 11):
        court.post(NEW, COURT | {"month": f"2026-{month:02}-01"})
    court.text("/returns")
    with statements(office.engine) as many:
        court.text("/returns")
    assert len(many) == len(few)
    assert len(few) <= 14


def test_page_of_the_office_costs_the_same_with_many_agencies(
    agency: Callable[[str], Browser],
    office: Office,
    signed_in: Callable[[str], Browser],
    statements: Statements,
) -> None:
    agency("regional_court")
    reviewer = signed_in("chi")
    reviewer.text("/returns")
    with statements(office.engine) as few:
        reviewer.text("/returns")
    for number in range(5):
        row = AccountRequest(f"vks{number}", f"VKS {number}", "agency_reporter", "regional_procuracy", ())
        run_write(
            office.engine,
            lambda session, row=row: accounts.add(session, office.context, row, (), "not a hash"),
        )
    with statements(office.engine) as many:
        page = reviewer.text("/returns")
    assert "Viện kiểm sát nhân dân khu vực" in page
    assert len(many) == len(few)
    assert len(few) <= 22


def test_figures_lead_to_the_returns_that_they_count(
    agency: Callable[[str], Browser], office: Office, signed_in: Callable[[str], Browser]
) -> None:
    court = agency("regional_court")
    court.post(NEW, COURT)
    ((record_id, _, _),) = stored(office, "agency_return")
    reviewer = signed_in("chi")
    reviewer.post("/returns/new/denominator", TOTAL)
    path = "/indicators/cases_tried/records?year=2026"
    assert "Tòa án nhân dân khu vực" in shown(reviewer, path)
    assert f"/returns/entries/{record_id}" in reviewer.text(path)
    staff = shown(reviewer, "/indicators/team_trained_pct/records?year=2026&side=den")
    assert "Số thành viên Đội 178 Thành phố Hải Phòng" in staff
