from __future__ import annotations

from datetime import date

import pytest
from tests.shared import builders

from field178_shared.records.repeat_violations import EarlierViolation, Repetition, earlier_violations
from field178_shared.records.sanctions import AfterVisit
from field178_shared.time.clock import from_wire

RECIDIVISM, REPEATED = Repetition.RECIDIVISM, Repetition.REPEATED
NOW = from_wire("2026-11-24T03:00:00Z")
Visit = tuple[dict[str, object], AfterVisit]


def visit(started_at: str, *violations: str, **entries: tuple[str, dict[str, object]]) -> Visit:
    findings = {f"f{number}": {"violation_id": each} for number, each in enumerate(violations)}
    data: dict[str, object] = {"started_at": started_at, "findings": findings}
    return data, AfterVisit.of(data, entries)


def decision(document_date: str, violation: str = "a", **over: object) -> tuple[str, dict[str, object]]:
    facts = {"received_on": None, "measure_ids": None, **over}
    return "sanction_decision", builders.sanction_decision(
        document_date=document_date, violation_ids=[violation], **facts
    )


def payment(paid_on: str) -> tuple[str, dict[str, object]]:
    return "payment", builders.payment(decision="d", paid_on=paid_on, amount_vnd=15_000_000)


def repetition(*visits: Visit) -> Repetition | None:
    earlier = earlier_violations(visits, NOW).get("a")
    return earlier.repetition if earlier else None


def test_earlier_violation_within_twelve_months_has_its_last_day() -> None:
    visits = [
        visit("2026-03-01T02:00:00Z", "a", "b"),
        visit("2026-05-01T02:00:00Z", "a"),
        visit("2026-06-01T02:00:00Z", "c"),
        visit("2025-01-01T02:00:00Z", "d"),
    ]
    assert earlier_violations(visits, from_wire("2026-06-01T02:00:00Z")) == {
        "a": EarlierViolation(date(2026, 5, 1), REPEATED),
        "b": EarlierViolation(date(2026, 3, 1), REPEATED),
    }
    assert earlier_violations(visits, None) == {}


@pytest.mark.parametrize(
    ("earlier", "is_known"),
    [("2025-11-24T01:00:00Z", True), ("2025-11-23T16:59:00Z", False), ("2025-11-23T17:00:00Z", True)],
)
def test_twelve_months_are_counted_in_local_days(earlier: str, is_known: bool) -> None:
    earlier_acts = earlier_violations([visit(earlier, "a")], from_wire("2026-11-24T15:00:00Z"))
    assert bool(earlier_acts) is is_known


def test_leap_day_looks_back_to_the_last_of_february() -> None:
    leap = from_wire("2028-02-29T02:00:00Z")
    assert earlier_violations([visit("2027-02-28T02:00:00Z", "a")], leap)
    assert not earlier_violations([visit("2027-02-27T02:00:00Z", "a")], leap)


UNPAID = {"d": decision("2025-03-01")}
PAID = {"d": decision("2025-03-01"), "p": payment("2025-11-24")}
PAID_EARLY = {"d": decision("2025-03-01"), "p": payment("2025-11-23")}
WARNED = {"sanction_id": "fine_warning", "amount_vnd": None}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param({}, None, id="no decision, the act too old to be sanctioned"),
        pytest.param(UNPAID, RECIDIVISM, id="fine not paid, a year of enforcement and a year more"),
        pytest.param({"d": decision("2024-11-23")}, None, id="fine not paid, two years over"),
        pytest.param(PAID, RECIDIVISM, id="fine paid a year ago to the day"),
        pytest.param(PAID_EARLY, None, id="fine paid a year and a day ago"),
        pytest.param({"d": decision("2026-05-24", **WARNED)}, RECIDIVISM, id="warning, six months"),
        pytest.param({"d": decision("2026-05-23", **WARNED)}, None, id="warning, six months and a day"),
        pytest.param({"d": decision("2025-03-01", "b")}, None, id="decision on another act"),
        pytest.param({"d": decision("2025-03-01", withdrawn_reason="Nhầm")}, None, id="withdrawn"),
    ],
)
def test_recidivism_needs_a_decision_on_the_act_that_is_not_expired(
    entries: dict[str, tuple[str, dict[str, object]]], expected: Repetition | None
) -> None:
    assert repetition(visit("2024-10-01T02:00:00Z", "a", "b", **entries)) is expected


def test_decision_of_the_day_of_the_new_act_or_later_makes_no_recidivism() -> None:
    for day in ("2026-11-24", "2026-12-01"):
        assert repetition(visit("2026-10-01T02:00:00Z", "a", d=decision(day))) is REPEATED
    assert repetition(visit("2026-10-01T02:00:00Z", "a", d=decision("2026-11-23"))) is RECIDIVISM


def test_sanctioned_visit_decides_before_a_later_one_without_a_decision() -> None:
    sanctioned = visit("2026-02-01T02:00:00Z", "a", d=decision("2026-02-10"))
    later = visit("2026-10-01T02:00:00Z", "a")
    expected = {"a": EarlierViolation(date(2026, 2, 1), RECIDIVISM)}
    assert earlier_violations([later, sanctioned], NOW) == expected


def test_decision_written_by_the_field_sanctions_the_only_violation_of_its_visit() -> None:
    measures = {"m": {"measure_id": "fine_money", "document_number": "1", "document_date": "2026-10-05"}}
    for violations, expected in ((("a",), RECIDIVISM), (("a", "b"), REPEATED)):
        data = visit("2026-10-01T02:00:00Z", *violations)[0] | {"measures": measures}
        assert repetition((data, AfterVisit.of(data, {}))) is expected
    undated = {"m": {"measure_id": "fine_money"}}
    data = visit("2026-10-01T02:00:00Z", "a")[0] | {"measures": undated}
    assert repetition((data, AfterVisit.of(data, {}))) is REPEATED
