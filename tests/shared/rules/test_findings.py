from datetime import UTC, date, datetime

import pytest
from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.rules import Context
from field178_shared.rules.findings import (
    filing_problems,
    frame_snapshot,
    offered_violations,
    quantity_of,
    tier_of,
)
from field178_shared.schemas import lenient_value

LISTS = load()
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def _frame(violation_id: str, day: date) -> dict[str, object]:
    snapshot = frame_snapshot(LISTS.frame_on(violation_id, day))
    assert snapshot is not None
    return snapshot


def _codes(finding: dict[str, object], *, is_leader: bool = False, **answers: object) -> dict[str, str]:
    given = {item_id: {"v": value} for item_id, value in answers.items()}
    data = builders.inspection("hotel", findings={"f1": finding}, answers=given)
    context = Context(NOW, "hotel", is_leader=is_leader)
    problems = filing_problems(lenient_value("inspection", data), LISTS, context)
    return {problem.path: problem.code.value for problem in problems}


def _finding(violation_id: str, day: date = DAY, **over: object) -> dict[str, object]:
    frame = frame_snapshot(LISTS.frame_on(violation_id, day))
    finding: dict[str, object] = {"violation_id": violation_id, "occurred_on": day.isoformat()}
    return {**finding, **({"frame": frame} if frame else {}), **over}


@pytest.mark.parametrize(
    ("day", "low", "high"),
    [(date(2025, 12, 14), 2_000_000, 4_000_000), (date(2025, 12, 15), 4_000_000, 8_000_000)],
)
def test_the_frame_is_that_of_the_day_of_the_act(day: date, low: int, high: int) -> None:
    frame = _frame("lodging_no_notice_4_8", day)
    assert (frame["min"], frame["max"]) == (low, high)


def test_a_finding_with_the_frame_of_another_day_is_sent_back() -> None:
    old = _frame("lodging_no_notice_4_8", date(2025, 12, 14))
    assert _codes(_finding("lodging_no_notice_4_8", frame=old)) == {"findings.f1.frame": "frame_outdated"}
    assert _codes(_finding("lodging_no_notice_4_8")) == {}


def test_a_frame_that_older_lists_knew_less_exactly_is_still_of_its_day() -> None:
    older = {**_frame("kd_door_latch", DAY), "art": "15"}
    assert _codes(_finding("kd_door_latch", frame=older)) == {}
    unknown = {"src": "nd_144_2021", "valid_from": "2022-01-01", "valid_to": "2025-07-01"}
    assert _codes(_finding("fire_exit_obstructed", date(2024, 6, 1), frame=unknown)) == {}
    # The decree ended; lists that did not know it yet left its end open.
    open_end = {"src": "nd_144_2021", "valid_from": "2022-01-01"}
    assert _codes(_finding("noise", frame=open_end)) == {"findings.f1.frame": "frame_outdated"}


def test_frame_of_unknown_amounts_is_stored_without_amounts() -> None:
    assert "min" not in _frame("antt_no_certificate", DAY)
    assert _codes(_finding("antt_no_certificate")) == {}


def test_a_day_before_every_frame_has_none() -> None:
    assert frame_snapshot(LISTS.frame_on("fire_equipment_missing", date(2021, 12, 31))) is None
    assert _codes(_finding("fire_equipment_missing", date(2021, 12, 31))) == {}


@pytest.mark.parametrize(
    ("guests", "violation_id"),
    [
        (1, "lodging_no_notice_1_3"),
        (3, "lodging_no_notice_1_3"),
        (4, "lodging_no_notice_4_8"),
        (8, "lodging_no_notice_4_8"),
        (9, "lodging_no_notice_9_plus"),
        (250, "lodging_no_notice_9_plus"),
    ],
)
def test_the_number_of_guests_selects_the_tier(guests: int, violation_id: str) -> None:
    offered = offered_violations(LISTS, "lodging_stay_notified", {"lodging_guests_unnotified": guests}, DAY)
    assert [each.violation.id for each in offered if each.fits] == [violation_id]
    assert offered[0].violation.id == violation_id
    assert len(offered) == 3
    assert _codes(_finding(violation_id), lodging_guests_unnotified=guests) == {}


def test_a_finding_of_another_tier_is_sent_back() -> None:
    codes = _codes(_finding("lodging_no_notice_1_3"), lodging_guests_unnotified=5)
    assert codes == {"findings.f1.violation_id": "wrong_tier"}


def test_the_quantity_stated_in_the_finding_decides_before_the_answer() -> None:
    assert _codes(_finding("lodging_no_notice_1_3", quantity=2), lodging_guests_unnotified=5) == {}


def test_workers_without_a_contract_suggest_the_tier_and_do_not_force_it() -> None:
    values: dict[str, object] = {"workers_total": 30, "workers_contract": 10}
    assert quantity_of("lb_contracts", values) == 20
    assert offered_violations(LISTS, "lb_contracts", values, DAY)[0].violation.id == "lb_no_contract_11_50"
    assert _codes(_finding("lb_no_contract_1_10"), workers_total=30, workers_contract=10) == {}


def test_restricted_violations_are_offered_to_the_leader_alone() -> None:
    def offered(is_leader: bool) -> list[str]:
        offered = offered_violations(LISTS, "cu_no_lewd_service", {}, DAY, is_leader=is_leader)
        return [each.violation.id for each in offered]

    assert (offered(False), offered(True)) == ([], ["sv_lewd_service"])
    finding = _finding("sv_lewd_service")
    assert _codes(finding) == {"findings.f1.violation_id": "leader_only"}
    assert _codes(finding, is_leader=True) == {}


def test_a_violation_that_the_lists_do_not_hold_is_left_to_the_schema() -> None:
    assert _codes({"violation_id": "of_next_year", "occurred_on": "2026-11-20"}) == {}


def test_violation_without_a_tier_has_no_range_of_numbers() -> None:
    assert tier_of("kd_door_latch") is None
    assert tier_of("lodging_no_notice_1_3") == range(1, 4)
