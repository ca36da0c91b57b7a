"""Pages of a commune in a browser: what is owed, the four forms, their refusals, and who only reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from html import unescape
from io import BytesIO

import pytest
from sqlalchemy import delete, func, select
from tests.server.console.conftest import PLACE, UNIT, Browser, FieldWork, Json
from tests.server.console.reviews.test_pages import words
from tests.server.console.units.test_pages import filed
from tests.server.office_scene import Office
from tests.server.pictures import pdf
from tests.shared import builders
from tests.stores import Statements
from werkzeug.test import TestResponse

from field178_server.database.models import Audit, OfficerScope, Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.commune.queries import commune_work, months_owed
from field178_server.records.stored_record import data_of
from field178_shared.codelists import load
from field178_shared.time.clock import local_date

UNIT_ID = UNIT.removeprefix("unit:")
STATION: Json = {
    "id": "station_gl",
    "vi": "Đài truyền thanh xã GL",
    "en": "Station of GL",
    "channel_id": "commune_loudspeaker",
    "unit_id": UNIT_ID,
    "valid_from": "2026-05-01",
}
COUNT: Json = {
    "establishment_id": PLACE,
    "counted_on": "2026-11-23",
    "workers_total": "5",
    "workers_female": "3",
    "workers_male": "2",
}
POST: Json = {
    "outlet_id": "station_gl",
    "published_on": "2026-11-20",
    "genre_id": "law_reading",
    "title": "Quy định mới về cơ sở kinh doanh có điều kiện",
    "broadcast_times": "3",
}
PLAN: Json = {
    "year": "2026",
    "document_number": "12/KH-UBND",
    "issued_on": "2026-01-15",
    "integration_ids": ["drugs", "hiv"],
}
GROUP: Json = {
    "half_year": "2026-07-01",
    "group_id": "youth_unstable_work",
    "people_total": "12",
    "women_total": "7",
}
FORMS: Mapping[str, Json] = {
    "worker_census": COUNT,
    "media_post": POST,
    "commune_plan": PLAN,
    "risk_group_count": GROUP,
}
NEW = {name: f"/commune/new/{name}?unit={UNIT_ID}" for name in FORMS}


@pytest.fixture
def commune(office: Office, in_the_field: FieldWork, signed_in: Callable[[str], Browser]) -> Browser:
    """Sign in the reporter of a commune that has one establishment and one station."""
    in_the_field.place()
    office.publish_lists({"places.media_outlets": {"station_gl": STATION}})
    own = OfficerScope(tenant_id="main", officer_id=office.officer_id("commune_reporter"), scope=UNIT)
    run_write(office.engine, lambda session: session.add(own))
    return signed_in("commune_reporter")


def stored(office: Office, record_type: str) -> list[tuple[str, int, bool, Json]]:
    query = select(Record.record_id, Record.rev, Record.deleted, Record.body).where(
        Record.type == record_type
    )
    with snapshot(office.engine) as session:
        return [(key, rev, gone, data_of(body)) for key, rev, gone, body in session.execute(query)]


def shown(browser: Browser, path: str = "/commune") -> str:
    return words(unescape(browser.text(path)))


def test_month_lists_missing_entries(
    commune: Browser, office: Office, signed_in: Callable[[str], Browser]
) -> None:
    page = shown(commune)
    assert "0 tin, bài tháng này: Đài truyền thanh xã GL chưa có" in page
    assert "0 kế hoạch năm 2026 chưa nhập" in page
    assert "chưa thống kê lần nào" in page
    youth = "thống kê 6 tháng cuối năm 2026: Thanh niên chưa có việc làm hoặc việc làm không ổn định"
    assert f"0 {youth} chưa nhập" in page
    assert "6 tin, bài, kế hoạch, số người còn phải nhập" in shown(commune, "/")
    for record_type, fields in FORMS.items():
        answer = commune.post(NEW[record_type], fields)
        assert answer.status_code == 303, words(unescape(answer.get_data(as_text=True)))
    page = shown(commune)
    assert "Đã nhập: Thống kê nhóm có nguy cơ cao." in page
    assert "1 tin, bài tháng này: Đài truyền thanh xã GL" in page
    assert "1 kế hoạch năm 2026 12/KH-UBND Xem" in page
    assert "Không còn cơ sở nào phải thống kê." in page
    assert f"1 {youth} Xem" in page
    assert "Xem ảnh" not in page
    assert "2 tin, bài, kế hoạch, số người còn phải nhập" in shown(commune, "/")
    for text in ("Karaoke Mộc Diệp (GL-016)", "5 người lao động", POST["title"], "12/KH-UBND", "12 người"):
        assert text in page
    office.clock.move(days=8)
    assert "0 tin, bài tháng này: Đài truyền thanh xã GL" in shown(signed_in("commune_reporter"))


def test_entry_is_stored_once(commune: Browser, office: Office) -> None:
    for record_type, fields in FORMS.items():
        assert commune.post(NEW[record_type], fields).status_code == 303
        again = commune.post(NEW[record_type], fields)
        assert again.status_code != 303
        assert "Nội dung này đã được nhập rồi." in again.get_data(as_text=True)
    ((_, _, _, census),) = stored(office, "worker_census")
    assert census == {
        "establishment_id": PLACE,
        "unit_id": UNIT_ID,
        "counted_on": "2026-11-23",
        "workers_total": 5,
        "workers_female": 3,
        "workers_male": 2,
    }
    ((_, _, _, post),) = stored(office, "media_post")
    assert (post["broadcast_times"], post["unit_id"]) == (3, UNIT_ID)
    ((_, _, _, plan),) = stored(office, "commune_plan")
    assert (plan["year"], plan["integration_ids"]) == (2026, ["drugs", "hiv"])
    ((_, _, _, group),) = stored(office, "risk_group_count")
    assert group == GROUP | {"unit_id": UNIT_ID, "people_total": 12, "women_total": 7}


REFUSED: Mapping[str, list[tuple[Json, str]]] = {
    "worker_census": [
        ({"workers_total": "-1"}, "Tổng số người lao động (người): Số không được âm."),
        ({"workers_total": "100000"}, "Tổng số người lao động (người): Số phải từ 0 đến 99.999."),
        ({"workers_total": ""}, "Tổng số người lao động (người): Cần nhập mục này."),
        ({"workers_male": "3"}, "Tổng không bằng các số thành phần cộng lại"),
        ({"workers_contract": "6"}, "Có hợp đồng lao động bằng văn bản (người): Lớn hơn"),
        ({"counted_on": "2026-11-25"}, "Ngày thống kê: Ngày này chưa tới"),
        ({"establishment_id": "0197c3a8-178a-7000-8000-000000000999"}, "Cơ sở:"),
    ],
    "media_post": [
        ({"published_on": "2026-11-25"}, "Ngày đăng, phát: Ngày này chưa tới"),
        ({"broadcast_times": "1001"}, "Số lần phát: Số phải từ 1 đến 1.000."),
        ({"outlet_id": "station_other"}, "Đơn vị truyền thông:"),
        ({"published_on": "2026-04-30"}, "Đơn vị truyền thông:"),
    ],
    "risk_group_count": [
        ({"people_total": "-1"}, "Số người của nhóm (người): Số không được âm."),
        ({"people_total": "1000001"}, "Số người của nhóm (người): Số phải từ 0 đến 99.999."),
        ({"people_total": ""}, "Số người của nhóm (người): Cần nhập mục này."),
        ({"women_total": "13"}, "Trong đó nữ (người): Lớn hơn tổng số."),
        ({"half_year": "2027-01-01"}, "Kỳ thống kê: Kỳ này chưa tới."),
        ({"half_year": "2025-01-01"}, "Kỳ thống kê: Đơn vị hành chính không"),
        ({"group_id": "gossip"}, "Nhóm có nguy cơ cao:"),
    ],
    "commune_plan": [
        ({"issued_on": "2026-11-25"}, "Ngày này chưa tới"),
        ({"year": "24"}, "Năm"),
        ({"replaces": "0197c3a8-178a-7000-8000-000000000999"}, "Thay thế kế hoạch:"),
    ],
}
# Fields whose input is a choice and no text.
CHOICES = {
    "half_year",
    "group_id",
    "establishment_id",
    "outlet_id",
    "genre_id",
    "integration_ids",
    "replaces",
}


@pytest.mark.parametrize("record_type", sorted(REFUSED))
def test_bad_input_is_refused_at_its_field_and_stays_typed(
    commune: Browser, office: Office, record_type: str
) -> None:
    for over, message in REFUSED[record_type]:
        typed = {**FORMS[record_type], **over}
        answer = commune.post(NEW[record_type], typed)
        page = unescape(answer.get_data(as_text=True))
        assert answer.status_code in (409, 422), page
        assert message in words(page)
        assert "Lỗi:" in page
        for name in typed.keys() - CHOICES:
            assert not typed[name] or f'value="{typed[name]}"' in page, (over, name)
    assert stored(office, record_type) == []


def test_tablet_sends_a_count_that_forms_refuse_and_the_office_reads_it(
    commune: Browser, in_the_field: FieldWork, office: Office
) -> None:
    counts = {"workers_total": 100_000, "workers_female": 60_000, "workers_male": 40_000}
    census = builders.worker_census(
        **counts, establishment_id=PLACE, unit_id=UNIT_ID, workers_sex_unstated=None
    )
    path = f"/commune/entries/{in_the_field.file('worker_census', UNIT, census)}"
    assert 'value="100000"' in commune.text(path)
    typed = {name: str(value) for name, value in counts.items()}
    again = commune.post(path, COUNT | typed | {"seen_rev": "1"})
    assert again.status_code == 422
    assert "Tổng số người lao động (người): Số phải từ 0 đến 99.999." in words(
        unescape(again.get_data(as_text=True))
    )
    assert commune.post(path, COUNT | {"seen_rev": "1"}).status_code == 303
    assert [data["workers_total"] for *_, data in stored(office, "worker_census")] == [5]


def test_correction_is_a_new_revision_and_a_withdrawn_entry_counts_again(
    commune: Browser, office: Office
) -> None:
    commune.post(NEW["media_post"], POST)
    ((record_id, _, _, _),) = stored(office, "media_post")
    path = f"/commune/entries/{record_id}"
    assert f'value="{POST["title"]}"' in unescape(commune.text(path))
    corrected = POST | {"title": "Tiêu đề đã sửa", "seen_rev": "1"}
    assert commune.post(path, corrected).status_code == 303
    assert [(rev, data["title"]) for _, rev, _, data in stored(office, "media_post")] == [
        (2, "Tiêu đề đã sửa")
    ]
    late = commune.post(path, corrected | {"title": "Quá muộn"})
    assert (late.status_code, "Chưa ghi" in late.get_data(as_text=True)) == (409, True)
    # The first title is free again, and the corrected title is in use.
    assert commune.post(NEW["media_post"], POST).status_code == 303
    taken = commune.post(path, corrected | {"title": POST["title"], "seen_rev": "2"})
    assert "Nội dung này đã được nhập rồi." in taken.get_data(as_text=True)
    assert commune.post(f"{path}/withdraw", {"seen_rev": "2"}).status_code == 303
    assert "Tiêu đề đã sửa" not in shown(commune)
    page = shown(commune, path)
    assert "Đã rút" in page
    # Who did what and when, the newest first.
    for text in ("Đã rút Cán bộ commune_reporter", "Đã sửa Cán bộ", "Tiêu đề đã sửa", "Đã nhập Cán bộ"):
        assert text in page, text
    with snapshot(office.engine) as session:
        actions = list(session.scalars(select(Audit.action).where(Audit.action.like("media_post%"))))
    assert sorted(actions) == [
        "media_post_corrected",
        "media_post_entered",
        "media_post_entered",
        "media_post_withdrawn",
    ]


def test_withdrawn_entry_is_entered_again_under_its_id(commune: Browser, office: Office) -> None:
    commune.post(NEW["commune_plan"], PLAN)
    ((record_id, _, _, _),) = stored(office, "commune_plan")
    commune.post(f"/commune/entries/{record_id}/withdraw", {"seen_rev": "1"})
    assert commune.post(NEW["commune_plan"], PLAN).status_code == 303
    assert [row[:3] for row in stored(office, "commune_plan")] == [(record_id, 3, False)]


def test_title_that_may_name_a_person_is_shown_once_more(commune: Browser, office: Office) -> None:
    named = POST | {"title": "Anh Nguyễn Văn Mẫu 0912345678 kể chuyện"}
    answer = commune.post(NEW["media_post"], named)
    assert answer.status_code == 200
    assert "0912345678" in answer.get_data(as_text=True)
    assert stored(office, "media_post") == []


def test_other_communes_are_not_there(commune: Browser, office: Office) -> None:
    commune.post(NEW["worker_census"], COUNT)
    ((record_id, _, _, _),) = stored(office, "worker_census")
    other = "c11632_v2"
    assert commune.get(f"/commune?unit={other}").status_code == 404
    assert commune.post(f"/commune/new/worker_census?unit={other}", COUNT).status_code == 404
    assert commune.post(f"/commune/new/risk_group_count?unit={other}", GROUP).status_code == 404
    reporter = office.officer_id("commune_reporter")

    def move(session: object) -> None:
        session.execute(delete(OfficerScope).where(OfficerScope.officer_id == reporter))  # type: ignore[attr-defined]
        session.add(OfficerScope(tenant_id="main", officer_id=reporter, scope=f"unit:{other}"))  # type: ignore[attr-defined]

    run_write(office.engine, move)
    path = f"/commune/entries/{record_id}"
    assert commune.get(path).status_code == 404
    assert commune.post(path, COUNT | {"seen_rev": "1"}).status_code == 404
    assert commune.post(f"{path}/withdraw", {"seen_rev": "1"}).status_code == 404


def test_the_district_reads_every_commune_and_enters_nothing(
    commune: Browser, office: Office, signed_in: Callable[[str], Browser]
) -> None:
    commune.post(NEW["worker_census"], COUNT)
    ((record_id, _, _, _),) = stored(office, "worker_census")
    for reader in (signed_in("chi"), signed_in("leader_viewer")):
        page = reader.text(f"/commune?unit={UNIT_ID}")
        assert "5 người lao động" in words(unescape(page))
        assert "/commune/new/" not in page
        entry = reader.text(f"/commune/entries/{record_id}")
        assert "Tổng số người lao động" in entry
        assert f'action="/commune/entries/{record_id}"' not in entry
        assert "/withdraw" not in entry
        assert reader.get(NEW["worker_census"]).status_code == 404
        assert reader.post(NEW["worker_census"], COUNT).status_code == 404
        assert reader.post(f"/commune/entries/{record_id}", COUNT | {"seen_rev": "1"}).status_code == 404


def test_communes_of_teams_are_there_before_the_register_is_filled(
    signed_in: Callable[[str], Browser],
) -> None:
    page = shown(signed_in("chi"))
    assert "Xã An Lão Xã An Trường" in page
    assert "0 kế hoạch năm 2026 chưa nhập" in page


CITY = "p31_v2"


def test_city_with_an_outlet_owes_no_plan_of_a_commune(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    office.publish_lists({"places.media_outlets": {"station_gl": STATION | {"unit_id": CITY}}})
    page = shown(signed_in("leader_viewer"), f"/commune?unit={CITY}")
    assert "tin, bài tháng này: Đài truyền thanh xã GL" in page
    assert "kế hoạch năm 2026 chưa nhập" not in page


ENDED, FOLLOWING = "c11662_v1", ("c11668_v2", "c11629_v2")


def test_ended_commune_owes_nothing_that_would_be_refused_and_names_who_does(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    filed(office, ENDED)
    outlets = {"station_gl": STATION | {"unit_id": ENDED, "valid_from": "2025-01-01"}}
    office.publish_lists({"places.media_outlets": outlets})
    reporter = office.officer_id("commune_reporter")
    for unit_id in (ENDED, FOLLOWING[0]):
        own = OfficerScope(tenant_id="main", officer_id=reporter, scope=f"unit:{unit_id}")
        run_write(office.engine, lambda session, own=own: session.add(own))
    browser = signed_in("commune_reporter")
    page = shown(browser, f"/commune?unit={ENDED}")
    assert "Xã Thái Sơn đã kết thúc từ 01/07/2025" in page
    names = ", ".join(load().units[unit_id].vi for unit_id in FOLLOWING)
    assert f"Việc từ ngày đó do {names} nhập" in page
    assert "Còn 1 cơ sở chưa chuyển" in page
    assert f'href="/commune?unit={FOLLOWING[0]}"' in browser.text(f"/commune?unit={ENDED}")
    for owed in ("Tháng này còn thiếu", "chưa đếm lần nào"):
        assert owed not in page
    with snapshot(office.engine) as session:
        day = local_date(office.clock.now())
        assert ENDED not in {month.unit_id for month in months_owed(session, "main", day, load())}
        work = commune_work(session, "main", ENDED, day, load())
        assert work.owed_count == 0
        # Entries for the months before its end are still due and accepted.
        work = commune_work(session, "main", ENDED, date(2025, 6, 30), load())
        assert work.owed_count == 1 + 1 + 3 + 1


def test_reporter_without_a_commune_sees_whom_to_contact(signed_in: Callable[[str], Browser]) -> None:
    assert "đề nghị quản trị viên thêm xã của bạn" in shown(signed_in("commune_reporter"))


def test_page_costs_the_same_with_many_entries(
    commune: Browser, office: Office, statements: Statements
) -> None:
    commune.post(NEW["media_post"], POST)
    commune.text("/commune")
    with statements(office.engine) as few:
        commune.text("/commune")
    for day in range(1, 16):
        commune.post(NEW["media_post"], POST | {"published_on": f"2026-11-{day:02}"})
    # The message of the last entry is shown once.
    commune.text("/commune")
    with statements(office.engine) as many:
        commune.text("/commune")
    assert len(many) == len(few)
    assert len(few) <= 20


def test_document_of_a_plan_is_kept_over_a_refusal_and_read_by_the_district(
    commune: Browser, office: Office, signed_in: Callable[[str], Browser]
) -> None:
    def send(path: str, fields: Json, *file: object) -> TestResponse:
        named = {"csrf_token": commune.token()} | fields | ({"files": file} if file else {})
        return commune.client.post(path, data=named, content_type="multipart/form-data")

    refused = send(NEW["commune_plan"], PLAN | {"issued_on": ""}, BytesIO(pdf()), "kh.pdf")
    sha256 = hashlib.sha256(pdf()).hexdigest()
    assert refused.status_code == 422
    assert f'name="kept" value="{sha256}" checked' in refused.get_data(as_text=True)
    for wrong in (b"<html>", b"%PDF-1.4 /JavaScript"):
        answer = send(NEW["commune_plan"], PLAN, BytesIO(wrong), "x.pdf")
        assert "x.pdf: không phải tệp PDF sạch" in answer.get_data(as_text=True)
    assert send(NEW["commune_plan"], PLAN | {"kept": sha256}).status_code == 303
    ((record_id, _, _, plan),) = stored(office, "commune_plan")
    (key,) = plan["attachments"]
    assert plan["attachments"][key]["sha256"] == sha256
    path = f"/commune/entries/{record_id}/files/{key}"
    for browser in (commune, signed_in("chi"), signed_in("leader_viewer")):
        assert path in browser.text(f"/commune/entries/{record_id}")
        seen = browser.get(path)
        assert (seen.status_code, seen.data) == (200, pdf())
        seen.close()
    assert signed_in("admin").get(path).status_code == 404
    assert commune.get(f"{path}x").status_code == 404
    with snapshot(office.engine) as session:
        looks = session.scalar(select(func.count()).where(Audit.action == "file_viewed"))
    assert looks == 3
    # A file is removed when its box is not ticked.
    assert send(f"/commune/entries/{record_id}", PLAN | {"seen_rev": "1"}).status_code == 303
    assert "attachments" not in stored(office, "commune_plan")[0][3]


def test_at_risk_figure_leads_to_the_counts_of_communes(
    commune: Browser, office: Office, signed_in: Callable[[str], Browser]
) -> None:
    commune.post(NEW["risk_group_count"], GROUP | {"half_year": "2026-01-01", "people_total": "20"})
    commune.post(NEW["risk_group_count"], GROUP)
    newest = {data["half_year"]: record_id for record_id, _, _, data in stored(office, "risk_group_count")}
    reviewer, path = signed_in("chi"), "/indicators/at_risk_youth_unstable_work/records?year=2026"
    page = shown(reviewer, path)
    assert "12 người" in page
    assert "Thanh niên chưa có việc làm hoặc việc làm không ổn định" in page
    assert "Thống kê nhóm có nguy cơ cao 6 tháng cuối năm 2026" in page
    assert f"/commune/entries/{newest['2026-07-01']}" in reviewer.text(path)
