from __future__ import annotations

from datetime import date

import pytest

from field178_shared.records.repeat_violations import earlier_violations
from field178_shared.time.clock import from_wire


def visit(started_at: str, *violations: str) -> dict[str, object]:
    findings = {f"f{number}": {"violation_id": each} for number, each in enumerate(violations)}
    return {"started_at": started_at, "findings": findings}


def test_violation_of_an_earlier_visit_within_twelve_months_is_known_by_its_last_day() -> None:
    visits = [
        visit("2026-03-01T02:00:00Z", "a", "b"),
        visit("2026-05-01T02:00:00Z", "a"),
        visit("2026-06-01T02:00:00Z", "c"),
        visit("2025-01-01T02:00:00Z", "d"),
    ]
    known = earlier_violations(visits, from_wire("2026-06-01T02:00:00Z"))
    assert known == {"a": date(2026, 5, 1), "b": date(2026, 3, 1)}
    assert earlier_violations(visits, None) == {}


@pytest.mark.parametrize(
    ("earlier", "is_known"),
    [("2025-11-24T01:00:00Z", True), ("2025-11-23T16:59:00Z", False), ("2025-11-23T17:00:00Z", True)],
)
def test_twelve_months_are_counted_in_local_days(earlier: str, is_known: bool) -> None:
    known = earlier_violations([visit(earlier, "a")], from_wire("2026-11-24T15:00:00Z"))
    assert bool(known) is is_known


def test_leap_day_looks_back_to_the_last_of_february() -> None:
    leap = from_wire("2028-02-29T02:00:00Z")
    assert earlier_violations([visit("2027-02-28T02:00:00Z", "a")], leap)
    assert not earlier_violations([visit("2027-02-27T02:00:00Z", "a")], leap)
