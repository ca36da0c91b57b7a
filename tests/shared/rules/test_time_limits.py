"""Limits of the law run from the dates of a visit until their act is recorded."""

from __future__ import annotations

from datetime import date

from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.rules.time_limits import running_limits

LISTS = load()
FINDING = {"violation_id": "noise", "occurred_on": "2026-08-28"}


def _ends(**over: object) -> dict[str, date]:
    began = {"started_at": "2026-08-28T07:00:00Z", "ended_at": "2026-08-28T08:00:00Z"}
    visit = builders.inspection(**{**began, "findings": {"f": FINDING}, **over})
    return {limit.deadline.id: limit.ends_on for limit in running_limits(visit, LISTS)}


def test_a_violation_starts_the_limit_of_its_minutes_in_working_days() -> None:
    # 29/08 to 02/09/2026 are days off.
    assert _ends(measures={}) == {
        "minutes_after_detection": date(2026, 9, 4),
        "minutes_complex": date(2026, 9, 9),
        "limitation_1y": date(2027, 8, 30),
    }


def test_minutes_end_their_limit_and_start_that_of_the_decision() -> None:
    made = {"k1": {"measure_id": "admin_minutes", "document_date": "2026-09-03"}}
    assert _ends(measures=made) == {
        "explanation_hearing_request": date(2026, 9, 7),
        "explanation_written": date(2026, 9, 10),
        "decision_normal": date(2026, 9, 14),
        "decision_transferred": date(2026, 9, 17),
        "decision_explained": date(2026, 10, 5),
        "decision_complex": date(2026, 11, 3),
        "limitation_1y": date(2027, 8, 30),
    }


def test_minutes_without_a_date_are_still_to_come() -> None:
    assert "minutes_after_detection" in _ends(measures={"k1": {"measure_id": "admin_minutes"}})


def test_nothing_runs_after_the_decision_or_without_a_violation() -> None:
    assert _ends(measures={"k1": {"measure_id": "fine_money"}}) == {}
    assert _ends(findings={}, measures={}) == {}
