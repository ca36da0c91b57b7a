"""Exports as officers ask for them, take them out and stop them."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from sqlalchemy.orm import Session
from tests.server.console.conftest import Browser
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import PASSWORD, Office
from tests.stores import Statements

from field178_server.database.unit_of_work import snapshot
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.job_files import JobFiles
from field178_server.jobs.queue import JobState, find_job
from field178_server.jobs.worker import JobWorker
from field178_server.maintenance.daily import run_maintenance
from field178_server.office.exports.kinds import EXPORT_KINDS
from field178_server.office.exports.operations import (
    EXPORT,
    MOST_WAITING,
    ExportQuestion,
    ExportRow,
    ExportTable,
    export_with,
)
from field178_server.office.exports.table_files import TableFile
from field178_shared.codelists import load

REVIEWER, LEADER, CITY, PRIVACY = "gl07", "gl08", "gl13", "gl14"
SignIn = Callable[[str], Browser]


class Exports:
    """What one officer exports."""

    def __init__(self, browser: Browser, office: Office) -> None:
        self.browser, self.office = browser, office

    def asks(self, what: str, form: str, **fields: str) -> None:
        posted = {"what": what, "format": form, "password": PASSWORD, **fields}
        answer = self.browser.post("/exports", posted)
        assert answer.status_code == 303, answer.get_data(as_text=True)

    def runs(self) -> None:
        JobWorker(self.office.runtime, JOB_KINDS).run_waiting()

    @property
    def page(self) -> str:
        return unescape(self.browser.text("/exports"))

    def link(self) -> str:
        return re.findall(r'href="(/exports/[^"]+/file)"', self.page)[0]

    def file(self, what: str, form: str, **fields: str) -> bytes:
        self.asks(what, form, **fields)
        self.runs()
        with self.browser.get(self.link()) as answer:
            assert answer.status_code == 200
            return bytes(answer.data)

    def rows(self, what: str, **fields: str) -> list[dict[str, str]]:
        text = self.file(what, "csv", **fields).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def exports_of(reads_as: SignIn, district: Office) -> Callable[[str], Exports]:
    return lambda login: Exports(reads_as(login), district)


def test_an_officer_has_so_many_exports_waiting_and_no_more(exports_of: Callable[[str], Exports]) -> None:
    exports, other = exports_of(REVIEWER), exports_of(CITY)
    for _ in range(MOST_WAITING):
        exports.asks("visits", "csv")
    refused = exports.browser.post("/exports", {"what": "visits", "format": "csv", "password": PASSWORD})
    assert refused.status_code == 429
    assert "đang chờ" in unescape(refused.get_data(as_text=True))
    other.asks("figures", "csv")
    exports.runs()
    exports.asks("visits", "csv")


def test_figures_of_a_year_stand_by_indicator_and_commune(exports_of: Callable[[str], Exports]) -> None:
    rows = exports_of(REVIEWER).rows("figures", year="2024")
    whole = [row for row in rows if row["Mã chỉ tiêu"] == "workers_reached_pct"]
    assert len(whole) >= 18
    area = whole[0]
    assert (area["Số được đếm"], area["Chia cho"], area["Giá trị"]) == ("236", "360", "")
    assert (area["Giá trị thấp nhất"], area["Giá trị cao nhất"]) == ("57.1", "64.9")
    assert (area["Số nơi đã đếm"], area["Tổng số nơi"]) == ("123", "127")
    verdict = "Chưa đủ số liệu để kết luận"
    assert (area["Mục tiêu"], area["Đạt mục tiêu"], area["Chờ duyệt"]) == ("60", verdict, "17")
    assert sum(int(row["Số được đếm"]) for row in whole[1:]) == 236
    assert len({row["Mã chỉ tiêu"] for row in rows}) > 45


@pytest.mark.parametrize(("login", "status"), [(CITY, 403), (LEADER, 403), (PRIVACY, 404)])
def test_the_city_and_the_leader_export_figures_alone(
    exports_of: Callable[[str], Exports], login: str, status: int
) -> None:
    exports = exports_of(login)
    page = exports.page
    for what in EXPORT_KINDS.keys() - {"figures"}:
        assert exports.browser.post("/exports", {"what": what, "format": "csv"}).status_code == status, what
        assert f'value="{what}"' not in page


def test_establishments_have_the_registered_coordinates_to_six_decimals(
    exports_of: Callable[[str], Exports],
) -> None:
    reviewer = exports_of(REVIEWER)
    features = json.loads(reviewer.file("establishments", "geojson"))["features"]
    placed = [feature["geometry"]["coordinates"] for feature in features if feature["geometry"]]
    assert len(placed) > 100
    assert all(106 < lon < 107 and 20 < lat < 21 for lon, lat in placed)
    assert all(len(str(coordinate).partition(".")[2]) <= 6 for point in placed for coordinate in point)
    visits = json.loads(reviewer.file("visits", "geojson"))["features"]
    assert {tuple(feature["geometry"]["coordinates"]) for feature in visits if feature["geometry"]} <= set(
        map(tuple, placed)
    )


def test_file_is_deleted_after_seven_days(exports_of: Callable[[str], Exports], district: Office) -> None:
    reviewer = exports_of(REVIEWER)
    reviewer.file("sessions", "csv")
    link = reviewer.link()
    before = district.clock.instant
    try:
        district.clock.move(days=7, seconds=1)
        again = exports_of(REVIEWER)
        assert "không còn giữ" in again.page
        assert again.browser.get(link).status_code == 404
        path = JobFiles(district.settings.data_dir, "main").path_of(link.split("/")[2])
        assert path.exists()
        run_maintenance(district.runtime)
        assert not path.exists()
    finally:
        district.clock.instant = before


def test_an_export_that_waits_is_stopped_and_leaves_no_file(
    exports_of: Callable[[str], Exports], district: Office
) -> None:
    reviewer = exports_of(REVIEWER)
    reviewer.asks("visits", "xlsx")
    (stop,) = re.findall(r'action="(/exports/[^"]+/stop)"', reviewer.page)
    assert exports_of(CITY).browser.post(stop).status_code == 404
    assert reviewer.browser.post(stop).status_code == 303
    reviewer.runs()
    job_id = stop.split("/")[2]
    with snapshot(district.engine) as session:
        job = find_job(session, "main", job_id)
    assert job is not None
    assert job.state is JobState.STOPPED
    assert not JobFiles(district.settings.data_dir, "main").path_of(job_id).exists()


def test_an_export_that_runs_stops_at_its_next_rows_and_leaves_no_file(
    exports_of: Callable[[str], Exports], district: Office
) -> None:
    reviewer = exports_of(REVIEWER)
    reviewer.asks("visits", "csv")
    (stopping,) = re.findall(r'action="(/exports/[^"]+/stop)"', reviewer.page)

    def rows() -> Iterator[ExportRow]:
        yield ["first"], None
        assert reviewer.browser.post(stopping).status_code == 303
        for _ in range(2 * 500):
            time.sleep(0.001)
            yield ["another"], None
        raise AssertionError("nobody listened")

    def source(_: Session, question: ExportQuestion) -> ExportTable:
        assert question.officer.login == REVIEWER
        return ExportTable(TableFile("visits", "visits", ["text"]), ["text"], rows(), 0)

    JobWorker(district.runtime, {EXPORT: export_with({"visits": source})}).run_waiting()
    assert "Đã dừng" in words(reviewer.page)
    files = JobFiles(district.settings.data_dir, "main")
    assert not files.path_of(stopping.split("/")[2]).exists()
    assert not files.begin(stopping.split("/")[2]).exists()


def test_failed_export_is_shown_and_leaves_no_file(
    exports_of: Callable[[str], Exports], district: Office
) -> None:
    reviewer = exports_of(REVIEWER)
    reviewer.asks("visits", "csv")

    def source(_: Session, question: ExportQuestion) -> ExportTable:
        raise OSError("no room")

    JobWorker(district.runtime, {EXPORT: export_with({"visits": source})}).run_waiting()
    assert "Chưa ghi được tệp; hãy xuất lại." in words(reviewer.page)


def test_unknown_format_of_a_kind_is_not_found(exports_of: Callable[[str], Exports]) -> None:
    reviewer = exports_of(REVIEWER)
    fields = {"what": "sessions", "format": "geojson", "password": PASSWORD}
    assert reviewer.browser.post("/exports", fields).status_code == 404
    assert reviewer.browser.get("/exports/../file").status_code == 404
    assert reviewer.browser.get("/exports/no-id/file").status_code == 404


def test_page_tells_how_well_personal_data_is_masked(exports_of: Callable[[str], Exports]) -> None:
    page, summary = words(exports_of(REVIEWER).page), load().lint_summary
    assert f"Trong {summary.notes} câu thử" in page
    assert f"bắt được {round(100 * summary.marked / summary.notes)} %" in page
    assert all(figure.vi in page for figure in load().lint_figures)


def test_the_page_costs_few_statements_however_many_exports_there_are(
    exports_of: Callable[[str], Exports], district: Office, statements: Statements
) -> None:
    reviewer = exports_of(REVIEWER)
    counts = []
    for _ in range(2):
        for _ in range(5):
            reviewer.asks("sessions", "csv")
        reviewer.runs()
        with statements(district.engine) as queries:
            assert reviewer.page
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
