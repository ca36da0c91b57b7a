"""Figures of the made-up district as officers read them, down to the records behind each number."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from tests.server.console.conftest import Browser
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office
from tests.shared import builders
from tests.stores import Statements

from field178_server.database.models import OfficerScope, Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.indicators import stored_facts
from field178_server.office.indicators.queries import figures
from field178_server.office.indicators.source import store_size
from field178_server.office.indicators.totals.updater import settle_if_needed
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.lists_in_force import stored_pack
from field178_server.records.result_cache import ResultCache
from field178_server.records.stored_record import data_of, new_record
from field178_shared.codelists import load
from field178_shared.indicators.periods import Period
from field178_shared.list_packs import lists_with
from field178_shared.records.reading import day_of_act
from field178_shared.text.formats import number_text
from field178_shared.time.clock import local_date, start_of_day

REVIEWER, LEADER, CITY = "gl07", "gl08", "gl13"
YEAR = "/indicators?year=2024"
SHARE = "/indicators/workers_reached_pct"
SignIn = Callable[[str], Browser]


def shown(browser: Browser, path: str) -> str:
    return words(unescape(browser.text(path)))


def links(browser: Browser, path: str) -> list[str]:
    return [unescape(address) for address in re.findall(r'href="(/[^"#]*)"', browser.text(path))]


def test_cards_show_number_target_and_missing_counts_for_both_plans(reads_as: SignIn) -> None:
    page = shown(reads_as(REVIEWER), YEAR)
    at = page.index("Tỷ lệ người lao động tại cơ sở dễ phát sinh")
    card = page[at : at + 700]
    assert "57,1–64,9% 236 : số được đếm" in card
    assert "trên 360 người đã đếm" in card
    assert "Chưa đủ số liệu để kết luận đếm 123 trên 127 cơ sở" in card
    assert "≥ 60% Kế hoạch huyện An Lão 2024" in card
    assert "≥ 70% Chương trình quốc gia 2021-2025" in card
    assert "Đạt mục tiêu" not in card
    assert "từ mức ít nhất đến mức nhiều nhất có thể" in card
    assert "+17 nếu duyệt hết phiếu chờ: 68,0%" in card


def test_missing_figure_shows_the_reason(reads_as: SignIn) -> None:
    page = shown(reads_as(REVIEWER), "/indicators?year=2020")
    assert "Số vụ xét xử — Chưa gửi: Tòa án nhân dân" in page
    assert "không có gì để chia" in page


def test_month_for_which_nothing_was_sent_is_no_zero(reads_as: SignIn, district: Office) -> None:
    court = {"agency_id": "court", "unit_id": "d313_v1", "month": "2023-03-01", "cases_tried": 0}

    def write(session: Session) -> None:
        scopes.ensure(session, district.settings.tenant, ["unit:d313_v1"], load())
        batch = Batch(session, district.settings.tenant, district.clock, district.runtime.ids)
        key = district.runtime.ids.time_ordered()
        batch.put(new_record(key, "agency_return", "unit:d313_v1", builders.agency_return(**court)))
        batch.flush()

    run_write(district.engine, write)
    page = shown(reads_as(REVIEWER), "/indicators/cases_tried?year=2023&area=an_lao_area_2024")
    assert "đã gửi 1/12 tháng đã qua" in page
    assert "02/2023 chưa gửi 03/2023 0" in page


def test_another_areas_plan_is_not_put_beside(reads_as: SignIn) -> None:
    page = reads_as(REVIEWER).get("/indicators?year=2026").text
    chosen = re.search(r'name="beside".*?</select>', page, re.S)
    assert chosen is not None
    assert re.search(r'value="none"[^>]*selected', chosen[0])


def test_unfinished_year_shows_the_need_of_each_month(reads_as: SignIn) -> None:
    page = shown(reads_as(REVIEWER), "/indicators?year=2025")
    assert "Chậm tiến độ cần thêm 5 xã đến hết kỳ để đạt 100%" in page
    page = shown(reads_as(REVIEWER), "/indicators?year=2025&area=an_lao_area_2024")
    assert re.search(r"Chậm tiến độ cần \d+ người mỗi tháng, trong 11 tháng, để đạt 70%", page)


def test_filters_stand_in_the_address_and_nonsense_is_the_default(reads_as: SignIn) -> None:
    reader = reads_as(REVIEWER)
    half = shown(reader, f"{YEAR}&period=half1&calendar=report&beside=none")
    assert "15/12/2023 đến 14/06/2024" in half
    assert "Chương trình quốc gia 2021-2025 (QĐ 1629, QĐ 808) ·" not in half
    commune = shown(reader, f"{YEAR}&area=c11632_v1")
    assert "Xã Bát Trang · 01/01/2024" in commune
    strange = shown(reader, "/indicators?year=99999&period=decade&profile=none&area=nowhere&calendar=moon")
    assert "Chỉ tiêu 2025" in strange


@pytest.mark.parametrize("side", ["num", "den"])
def test_number_links_to_a_page_with_the_same_number(reads_as: SignIn, district: Office, side: str) -> None:
    """Rows behind the number of every indicator add up: office/indicators/test_numbers.py."""
    with snapshot(district.engine) as session:
        lists = lists_with(stored_pack(session, "main"))
        area = lists.unit_groups["an_lao_area_2024"].members
        today = local_date(district.clock.now())
        figures_by_id = figures(session, "main", lists, Period.of_year(2024), area, today)
    reader, wrong = reads_as(REVIEWER), []
    for indicator_id in (
        "workers_reached_pct",
        "workers_total",
        "outreach_commune_sustained_pct",
        "plan_completion_pct",
        "violations_by_code",
        "visits_total",
    ):
        figure = figures_by_id[indicator_id]
        number = figure.approved.num if side == "num" else figure.approved.den
        path = f"/indicators/{indicator_id}/records?year=2024&side={side}"
        if number is None:
            assert reader.get(path).status_code == 404
            continue
        page = reader.text(path)
        heading = re.search(r"<h1>([^<]*)</h1>", page)
        if heading is None or heading[1].split()[0] != number_text(number):
            wrong.append((indicator_id, number, heading and heading[1]))
    assert wrong == []


def test_a_number_leads_down_to_a_visit(reads_as: SignIn) -> None:
    reader = reads_as(REVIEWER)
    (number,) = [
        path for path in links(reader, YEAR) if "inspected_once_pct/records" in path and "side=num" in path
    ]
    page = shown(reader, number)
    assert page.count("Cơ sở · ") == 50
    (after,) = {path for path in links(reader, number) if "after=" in path}
    assert shown(reader, after).count("Cơ sở · ") == 13
    visit = next(path for path in links(reader, number) if path.startswith("/reviews/"))
    assert "Đã kiểm tra" in shown(reader, visit) or "Kiểm tra được" in shown(reader, visit)


def test_a_visit_is_named_by_its_own_day_and_not_by_that_of_its_decision(
    reads_as: SignIn, district: Office
) -> None:
    page = reads_as(REVIEWER).text("/indicators/workers_reached_pct/records?year=2024&side=den")
    shown_visits = re.findall(r'href="/reviews/([0-9a-f-]{36})">Lượt kiểm tra (\d\d)/(\d\d)/(\d{4})<', page)
    assert shown_visits
    with snapshot(district.engine) as session:
        records = session.scalars(
            select(Record).where(Record.record_id.in_([visit[0] for visit in shown_visits]))
        )
        days = {record.record_id: day_of_act(data_of(record.body)) for record in records}
    assert {key: date(int(year), int(month), int(day)) for key, day, month, year in shown_visits} == days


def test_a_number_of_communes_opens_them_and_each_its_sessions(reads_as: SignIn) -> None:
    reader = reads_as(REVIEWER)
    path = "/indicators/outreach_commune_sustained_pct/records?year=2024&side=num"
    page = shown(reader, path)
    assert "14 xã" in page
    assert "Xã An Thái 0" in page
    (commune_path,) = [href for href in links(reader, path) if "unit=c11632_v1" in href]
    sessions = shown(reader, commune_path)
    assert "Xã Bát Trang" in sessions
    assert sessions.count("Buổi tuyên truyền · ") == 4
    assert "Xem toàn bộ con số" in sessions


def test_the_leader_reads_posts_of_communes_and_of_visits_the_number_alone(reads_as: SignIn) -> None:
    leader = reads_as(LEADER)
    visits = shown(leader, "/indicators/visits_total/records?year=2024")
    assert "vai trò “Lãnh đạo UBND” đọc số liệu, không đọc riêng từng lượt kiểm tra" in visits
    assert "(GL-" not in visits
    posts = "/indicators/media_posts_total/records?year=2024"
    entry = next(path for path in links(leader, posts) if path.startswith("/commune/entries/"))
    assert leader.get(entry).status_code == 200


def test_the_city_reads_roll_ups_without_names_and_without_numbers_of_a_few(reads_as: SignIn) -> None:
    city = reads_as(CITY)
    page = shown(city, f"{SHARE}?year=2024")
    assert "Xã An Thắng không hiện — —" in page
    assert "Xã Tân Viên" in page
    assert not re.search(r"Xã Tân Viên 0 1 0,0%", page)
    assert "Thị trấn An Lão 69 97 71,1%" in page
    for path in (YEAR, f"{SHARE}?year=2024", f"{SHARE}/records?year=2024", "/indicators/coverage?year=2024"):
        assert "(GL-0" not in shown(city, path)
        assert "unit=" not in "".join(links(city, path))
    whole = shown(city, f"{SHARE}/records?year=2024")
    assert shown(city, f"{SHARE}/records?year=2024&unit=c11653_v1&since=2024-12-01&state=all") == whole
    assert "236 người" in whole
    assert "Xã Bát Trang ·" not in shown(city, f"{YEAR}&area=c11632_v1")


def test_rounded_number_is_not_shown_as_behind(reads_as: SignIn) -> None:
    """The number rounded down may lie below the pace that the number itself keeps."""
    running = "/indicators/students_reached_pct?year=2025&area=an_lao_area_2024"
    assert re.search(r"Chậm tiến độ cần \d+ người mỗi tháng", shown(reads_as(LEADER), running))
    page = shown(reads_as(CITY), running)
    assert "Hết năm mới đánh giá" in page
    assert "Chậm tiến độ" not in page
    assert "người mỗi tháng" not in page
    assert "người mỗi tháng" not in shown(reads_as(CITY), "/")


def test_trend_and_communes_stand_as_tables_too(reads_as: SignIn) -> None:
    page = reads_as(REVIEWER).text(f"{SHARE}?year=2024")
    assert page.count('<tr><th scope="row">') >= 12 + 17
    assert page.count('class="month-chart"') == 1 + 17
    assert 'aria-hidden="true" focusable="false"' in page
    assert "Cộng theo từng xã" in unescape(page)
    assert "each(commune," in unescape(page)


def test_month_of_a_trend_opens_its_rows_from_the_first_day_of_the_year(reads_as: SignIn) -> None:
    reader = reads_as(REVIEWER)
    (href,) = [
        path for path in links(reader, f"{SHARE}?year=2024") if "until=2024-03-31" in path and "num" in path
    ]
    assert "48 người" in shown(reader, href)
    assert "01/01/2024 đến 31/03/2024" in shown(reader, href)


def test_grids_mark_missing_work_and_each_cell_opens(reads_as: SignIn) -> None:
    reader = reads_as(REVIEWER)
    page = reader.text("/indicators/coverage?year=2024")
    assert page.count("✗ 0") == 4 + 14
    (cell,) = {
        path
        for path in links(reader, "/indicators/coverage?year=2024")
        if "sustained" in path and "unit=c11674_v1" in path and "since=2024-07-01" in path
    }
    assert reader.get(cell).status_code == 200
    running = reader.text("/indicators/coverage?year=2025&area=an_lao_area_2024")
    assert "✗ 0" not in running or "…" in running


def cells(page: str, tone: str) -> set[str]:
    return {unescape(href) for href in re.findall(rf'<td class="tone-{tone}"><a href="([^"]*)"', page)}


@pytest.mark.parametrize("part", ["since=2025-01-01&until=2025-03-31", "since=2025-03-01&until=2025-03-31"])
def test_quarter_or_month_without_any_is_missing_from_the_day_after_its_last(
    reads_as: SignIn, district: Office, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    pages = []
    for day in (date(2025, 3, 31), date(2025, 4, 1)):
        monkeypatch.setattr(district.clock, "instant", start_of_day(day))
        pages.append(reads_as(REVIEWER).text("/indicators/coverage?year=2025&area=an_lao_area_2024"))
    last_day, day_after = pages
    running = {href for href in cells(last_day, "warn") if part in href}
    assert running
    assert running == {href for href in cells(day_after, "bad") if part in href}


def test_unknown_addresses_are_not_found(reads_as: SignIn) -> None:
    reader = reads_as(REVIEWER)
    for path in (
        "/indicators/no_such",
        "/indicators/no_such/records",
        "/indicators/visits_total/records?side=den",
        f"{SHARE}/records?unit=c11302_v1",
    ):
        assert reader.get(path).status_code == 404, path


def test_a_reviewer_of_one_commune_sees_its_figures_alone(reads_as: SignIn, district: Office) -> None:
    reader, officer = reads_as(REVIEWER), district.officer_id(REVIEWER)
    own = OfficerScope(tenant_id="main", officer_id=officer, scope="unit:c11632_v1")
    run_write(district.engine, lambda session: session.add(own))
    try:
        page = shown(reader, f"{SHARE}?year=2024&area=an_lao_area_2024")
        assert "7 : số được đếm" in page
        assert "trên 12 người" in page
        records = shown(reader, f"{SHARE}/records?year=2024")
        assert "Xã Bát Trang" in records
        assert "Thị trấn An Lão" not in records
    finally:
        run_write(
            district.engine,
            lambda session: session.execute(delete(OfficerScope).where(OfficerScope.officer_id == officer)),
        )


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (YEAR, 25),
        (f"{SHARE}?year=2024", 25),
        (f"{SHARE}/records?year=2024&unit=c11629_v1", 28),
        ("/indicators/violations_by_code/records?year=2024", 28),
        ("/indicators/coverage?year=2024", 25),
    ],
)
def test_a_page_of_hundreds_of_records_costs_few_statements(
    reads_as: SignIn, district: Office, statements: Statements, path: str, most: int
) -> None:
    reader = reads_as(REVIEWER)
    reader.text(path)
    with statements(district.engine) as queries:
        reader.text(path)
    assert len(queries) <= most


def test_large_store_is_counted_in_the_background_with_a_message(
    reads_as: SignIn, district: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, runtime = reads_as(REVIEWER), district.runtime
    query = "?year=2024&area=an_lao_area_2024"
    pages = [
        f"/indicators{query}",
        f"/indicators/workers_reached_pct{query}",
        f"/indicators/visits_total{query}",
        f"/indicators/coverage{query}",
        f"/indicators/workers_reached_pct/records{query}&side=den&unit=c11635_v1",
        f"/indicators/inspected_once_pct/records{query}&unit=c11629_v1",
        f"/indicators/visits_total/records{query}&unit=c11629_v1&until=2024-06-30",
        # Days that are no half-months narrow nothing.
        f"/indicators/workers_reached_pct/records{query}&unit=c11635_v1&since=2024-01-03&until=2024-11-20",
        f"/indicators/plan_completion_pct/records{query}",
    ]
    counted = [sorted(shown(reader, path).split()) for path in pages]
    monkeypatch.setattr(store_size, "MOST_COUNTED_AT_ONCE", 10)
    monkeypatch.setattr(stored_facts, "_figures", ResultCache(32))
    first = reader.get(pages[0])
    assert first.headers["Refresh"]
    assert "Số liệu đang được tính, xong khoảng 0 %" in unescape(first.text)
    settle_if_needed(runtime)
    assert "Một số tháng đang được đếm lần đầu" in shown(reader, pages[1])
    settle_if_needed(runtime)
    assert [sorted(shown(reader, path).split()) for path in pages] == counted


UNASSIGNED = "Chưa gán: 33 cơ sở, 1 khu công nghiệp, 1 trường học của xã, thị trấn đã chia"


@pytest.mark.parametrize("path", ["/indicators", SHARE, "/indicators/coverage"])
def test_unassigned_places_are_named_on_each_page(reads_as: SignIn, path: str) -> None:
    page = shown(reads_as(REVIEWER), f"{path}?year=2025&area=an_lao_area_2025")
    assert UNASSIGNED in page
    assert "Gán các nơi này" in page
    assert "Trước 01/07/2025" not in page
    year_before = shown(reads_as(REVIEWER), f"{path}?year=2024&area=an_lao_area_2025")
    assert "Thị trấn Trường Sơn, Xã Thái Sơn: 26 lượt kiểm tra, 19 buổi tuyên truyền không có" in year_before
    whole = shown(reads_as(REVIEWER), f"{path}?year=2024&area=an_lao_area_2024")
    assert "Chưa gán" not in whole


def test_reader_without_the_right_has_no_link_to_assign(reads_as: SignIn) -> None:
    page = shown(reads_as(CITY), "/indicators?year=2025")
    assert UNASSIGNED in page
    assert "Gán các nơi này" not in page
