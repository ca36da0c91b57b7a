"""Rules of what agencies send: months that have come, the numbers of the own agency, sums that agree."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.shared import builders
from tests.shared.rules.contradictions import contradictions_of

from field178_shared.codelists import load
from field178_shared.rules import Context, filing_problems

CITY = builders.CITY
NOW = Context(now=datetime(2026, 11, 20, 9, tzinfo=UTC))
POLICE = {
    "agency_id": "dist_police",
    "unit_id": "d313_v1",
    "month": "2024-12-01",
    "tipoffs_received": 3,
    "tipoffs_processed": 3,
    "cases_uncovered": 0,
    "complex_spots": 0,
}


def _problems(record_type: str, data: builders.Data) -> set[tuple[str, str]]:
    return {(problem.path, problem.code.value) for problem in filing_problems(record_type, data, load(), NOW)}


@pytest.mark.parametrize(
    "record_type",
    [
        "agency_return",
        "harm_reduction_return",
        "pilot_model",
        "commendation",
        "budget_line",
        "denominator",
        "information_correction",
        "supervision",
    ],
)
def test_a_valid_return_is_taken(record_type: str) -> None:
    assert _problems(record_type, getattr(builders, record_type)()) == set()


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, set()),
        ({"complex_spots": None}, {("complex_spots", "required")}),
        ({"cases_tried": 1}, {("cases_tried", "unknown_choice")}),
        ({"month": "2024-12-02"}, {("month", "bad_date")}),
        ({"month": "2025-03-01"}, {("month", "agency_not_valid")}),
        ({"month": "2027-01-01"}, {("month", "period_in_future"), ("unit_id", "unit_not_valid")}),
    ],
)
def test_an_agency_sends_each_of_its_own_numbers_for_a_month(
    over: builders.Data, expected: set[tuple[str, str]]
) -> None:
    data = {name: value for name, value in {**POLICE, **over}.items() if value is not None}
    assert _problems("agency_return", data) == expected


def test_the_month_at_hand_is_taken_and_the_next_one_is_not() -> None:
    assert _problems("agency_return", builders.agency_return(month="2026-11-01")) == set()
    later = builders.agency_return(month="2026-12-01")
    assert _problems("agency_return", later) == {("month", "period_in_future")}


def test_an_agency_without_numbers_sends_no_monthly_return() -> None:
    data = builders.agency_return(agency_id="women_union", month="2024-10-01", unit_id="d313_v1")
    assert ("agency_id", "unknown_choice") in _problems("agency_return", data)


def test_harm_reduction_is_never_of_one_commune() -> None:
    data = builders.harm_reduction_return(unit_id=builders.UNIT)
    assert _problems("harm_reduction_return", data) == {("unit_id", "unknown_choice")}
    nothing = builders.harm_reduction_return(services={})
    assert _problems("harm_reduction_return", nothing) == {("services", "required")}


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"status": "ended"}, {("ended_on", "required")}),
        ({"status": "ended", "ended_on": "2026-02-28"}, {("ended_on", "end_before_start")}),
        ({"ended_on": "2026-10-01"}, {("status", "unknown_choice")}),
        ({"started_on": "2026-11-21"}, {("started_on", "date_in_future")}),
    ],
)
def test_ended_model_needs_the_day_of_its_end(over: builders.Data, expected: set[tuple[str, str]]) -> None:
    assert _problems("pilot_model", builders.pilot_model(**over)) == expected


def test_no_more_is_spent_than_was_allocated() -> None:
    over = builders.budget_line(spent_vnd=50_000_001)
    assert contradictions_of("budget_line", over) == {"spent_vnd": ["exceeds_allocated"]}
    assert _problems("budget_line", builders.budget_line(year=2027)) == {("year", "period_in_future")}


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"corrected_on": "2026-11-21"}, {("corrected_on", "date_in_future")}),
        ({"agency_id": "dist_culture_office"}, {("corrected_on", "agency_not_valid")}),
        ({"unit_id": "c11629_v1"}, {("unit_id", "unit_not_valid")}),
        ({"item_count": 0}, {("item_count", "out_of_range")}),
        ({"item_count": 10_001}, {("item_count", "out_of_range")}),
        ({"channel_id": "leaflet"}, {("channel_id", "unknown_choice")}),
    ],
)
def test_wrong_information_is_dealt_with_by_an_agency_of_the_day(
    over: builders.Data, expected: set[tuple[str, str]]
) -> None:
    assert _problems("information_correction", builders.information_correction(**over)) == expected


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"recommendations_done": None}, set()),
        ({"recommendations_done": 5}, set()),
        ({"recommendations_done": 6}, {("recommendations_done", "exceeds_total")}),
        ({"units_supervised": 0}, {("units_supervised", "out_of_range")}),
        ({"concluded_on": "2026-11-21"}, {("concluded_on", "date_in_future")}),
        ({"agency_id": "fatherland_front"}, {("concluded_on", "agency_not_valid")}),
        ({"unit_id": "c11629_v1"}, {("unit_id", "unit_not_valid")}),
    ],
)
def test_a_supervision_carries_out_no_more_than_it_recommends(
    over: builders.Data, expected: set[tuple[str, str]]
) -> None:
    assert _problems("supervision", builders.supervision(**over)) == expected


@pytest.mark.parametrize("kind", ["establishments_active", "students_thpt_total"])
def test_counted_or_listed_total_cannot_be_entered(kind: str) -> None:
    assert _problems("denominator", builders.denominator(kind=kind)) == {("kind", "unknown_choice")}
