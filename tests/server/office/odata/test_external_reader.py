"""Figures as a feed for an external reader: hidden as on the pages, rounded while the year lasts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest
from tests.server.console.indicators.conftest import district
from tests.server.office.odata.test_feed_table import query_of, reader_of, rows_of
from tests.server.office_scene import Office

from field178_server.office.odata.feed_reader import FeedReader
from field178_shared.codelists import load
from field178_shared.indicators.suppression import counts_people

__all__ = ["district"]

AREA, COMMUNE = "an_lao_area_2024", "c11632_v1"
NUMBERS = ("Numerator", "Denominator", "Value", "Low", "High")
COVERAGE = ("CountedPlaces", "PlacesInAll")
Row = dict[str, Any]
Reads = Callable[..., list[Row]]


@pytest.fixture(scope="module")
def reads(district: Office) -> Reads:
    """Return the figures of 2024 as a role reads them; counting them takes seconds, so each is read once."""

    @cache
    def figures(role: str, area: str = AREA, today: date = date(2025, 2, 11)) -> list[Row]:
        reader = FeedReader("token", reader_of(role).officer, load(), today)
        query = query_of("IndicatorFigures", f"Year eq 2024 and AreaId eq '{area}'")
        return rows_of(district.engine, query, reader)[0]

    return figures


def of_people(rows: list[Row]) -> list[Row]:
    lists = load()
    return [row for row in rows if counts_people(lists, lists.indicators[row["IndicatorId"]])]


def test_hidden_figure_has_no_number_and_says_that_it_is_hidden(reads: Reads) -> None:
    city = reads("city_viewer")
    hidden = [row for row in city if row["IsSuppressed"]]
    assert len(hidden) > 20
    for row in hidden:
        assert {row[name] for name in (*NUMBERS, *COVERAGE, "IsMet", "VerdictId")} == {None}
    shown = [row[name] for row in of_people(city) for name in NUMBERS[:2] if not row["IsSuppressed"]]
    assert [number for number in shown if number is not None and 0 < number < 5] == []
    assert not [row for row in reads("reviewer") if row["IsSuppressed"]]


def test_external_reader_reads_no_waiting_record(reads: Reads) -> None:
    assert {row["ValueWithWaiting"] for row in reads("city_viewer")} == {None}
    assert [row for row in reads("reviewer") if row["ValueWithWaiting"] not in (None, row["Value"])]


def test_numbers_of_a_running_year_are_rounded_down_for_an_external_reader(reads: Reads) -> None:
    november = date(2024, 11, 15)
    city = [row for row in of_people(reads("city_viewer", today=november)) if not row["IsSuppressed"]]
    numbers = [row[name] for row in city for name in ("Numerator", "Denominator") if row[name]]
    assert len(numbers) > 10
    assert [number for number in numbers if number % 5] == []
    # Halves and quarters that last are not shown at all.
    assert {row["PeriodId"] for row in city if row["PeriodEnd"] >= november and row["Numerator"]} == {"year"}
    exact = {
        (row["IndicatorId"], row["PeriodId"]): row["Numerator"] for row in reads("reviewer", today=november)
    }
    rounded = [row for row in city if exact[row["IndicatorId"], row["PeriodId"]] != row["Numerator"]]
    assert rounded


def test_indicator_about_a_few_has_no_row_of_a_commune(reads: Reads) -> None:
    lists = load()
    private = {indicator.id for indicator in lists.indicators.values() if indicator.privacy}
    assert {row["IndicatorId"] for row in reads("reviewer")} >= private
    of_commune = {row["IndicatorId"] for row in reads("reviewer", COMMUNE)}
    assert of_commune & private == set()
    assert len(of_commune) > 10
    assert reads("city_viewer", COMMUNE) == []


def test_figure_that_nobody_sent_or_counted_is_no_zero(reads: Reads) -> None:
    unsent = [row for row in reads("reviewer") if not row["IsSent"]]
    assert unsent
    assert {row[name] for row in unsent for name in NUMBERS} == {None}
