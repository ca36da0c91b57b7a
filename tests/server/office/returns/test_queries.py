"""Returns that agencies owe for a month, by their row in the lists, until they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from field178_server.office.returns.queries import (
    Reporter,
    ReturnState,
    agencies_without_account,
    last_before,
    months_asked,
    named_units,
    returns_owed,
    types_of,
)
from field178_server.records.stored_record import Stored, new_record
from field178_shared.codelists import load
from field178_shared.ids import IdSource
from field178_shared.time.clock import SystemClock

IDS = IdSource(SystemClock())
COURT, OLD_COURT = Reporter("regional_court", "p31_v2"), Reporter("court", "d313_v1")
HEALTH = Reporter("dist_health_office", "d313_v1")
TODAY = date(2026, 11, 24)


def sent(reporter: Reporter, month: str, record_type: str = "agency_return", **numbers: int) -> Stored:
    data: Mapping[str, object] = {
        "agency_id": reporter.agency_id,
        "unit_id": reporter.unit_id,
        "month": month,
        **numbers,
    }
    return new_record(IDS.time_ordered(), record_type, "office", dict(data))


def states(
    *reporters: Reporter, entries: tuple[Stored, ...] = (), today: date = TODAY
) -> list[tuple[str, str]]:
    owed = returns_owed(reporters, entries, months_asked(today), today, load())
    return [(row.month.isoformat(), row.state.value) for row in owed]


def test_a_month_is_due_until_it_is_over_and_late_after_it() -> None:
    assert states(COURT) == [("2026-11-01", "due"), ("2026-10-01", "late"), ("2026-09-01", "late")]
    entries = (sent(COURT, "2026-11-01"), sent(COURT, "2026-09-01"))
    assert states(COURT, entries=entries) == [
        ("2026-11-01", "sent"),
        ("2026-10-01", "late"),
        ("2026-09-01", "sent"),
    ]


def test_a_month_is_late_from_the_day_after_its_last() -> None:
    assert ("2026-11-01", "due") in states(COURT, today=date(2026, 11, 30))
    assert ("2026-11-01", "late") in states(COURT, today=date(2026, 12, 1))
    assert ("2026-12-01", "due") in states(COURT, today=date(2026, 12, 31))
    assert ("2026-12-01", "late") in states(COURT, today=date(2027, 1, 1))


def test_returns_of_another_agency_or_area_are_not_own_returns() -> None:
    others = (sent(OLD_COURT, "2026-11-01"), sent(Reporter("regional_court", "c11629_v2"), "2026-11-01"))
    assert states(COURT, entries=others)[0] == ("2026-11-01", ReturnState.DUE.value)


def test_nothing_is_owed_for_months_outside_of_the_days_of_agency_or_area() -> None:
    assert states(OLD_COURT) == []
    assert states(OLD_COURT, COURT, today=date(2025, 7, 20)) == [
        ("2025-06-01", "late"),
        ("2025-05-01", "late"),
        ("2025-07-01", "due"),
    ]


def test_an_agency_owes_each_kind_that_its_row_names() -> None:
    owed = returns_owed([HEALTH], (), (date(2025, 1, 1),), date(2025, 2, 11), load())
    assert [row.record_type for row in owed] == ["agency_return", "harm_reduction_return"]
    assert types_of(("budget_line",)) == ("budget_line",)
    assert returns_owed([Reporter("women_union", "d313_v1")], (), (date(2025, 1, 1),), TODAY, load()) == []


def test_the_last_period_is_the_youngest_before_of_the_same_agency_and_area() -> None:
    expected = sent(COURT, "2026-09-01", cases_tried=4)
    entries = (sent(COURT, "2026-08-01"), expected, sent(COURT, "2026-11-01"), sent(OLD_COURT, "2026-10-01"))
    assert last_before(entries, COURT, "agency_return", date(2026, 11, 1)) is expected
    assert last_before(entries, COURT, "agency_return", date(2026, 8, 1)) is None


@pytest.mark.parametrize(
    ("month", "missing"),
    [
        (date(2024, 6, 1), {"dist_police", "procuracy", "court"}),
        (date(2026, 11, 1), {"regional_procuracy", "regional_court"}),
    ],
)
def test_agencies_that_nobody_has_an_account_of_are_named(month: date, missing: set[str]) -> None:
    assert set(agencies_without_account([HEALTH], month, load())) == missing


def test_units_are_those_that_the_scopes_name() -> None:
    scopes = {"unit:c11629_v2", "unit:nowhere", "team:0197c3a8-178a-7000-8000-000000000001"}
    assert named_units(scopes, load()) == ("c11629_v2",)
