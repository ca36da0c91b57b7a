"""Limits of the law run from the dates of a visit until their act is recorded."""

from __future__ import annotations

from datetime import date

from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.records.sanctions import AfterVisit
from field178_shared.rules.time_limits import decision_due, running_limits
from field178_shared.schemas import lenient_value

LISTS = load()
FINDING = {"violation_id": "noise", "occurred_on": "2026-08-28"}


DECIDED, PAID = builders.record_id("decision"), builders.record_id("payment")


def _visit(**over: object) -> builders.Data:
    began = {"started_at": "2026-08-28T07:00:00Z", "ended_at": "2026-08-28T08:00:00Z"}
    return builders.inspection(**{**began, "findings": {"f": FINDING}, **over})


def _ends(*entries: tuple[str, str, builders.Data], **over: object) -> dict[str, date]:
    visit = _visit(**over)
    after = AfterVisit.of(visit, {entry_id: (kind, data) for entry_id, kind, data in entries})
    return {
        limit.deadline.id: limit.ends_on
        for limit in running_limits(lenient_value("inspection", visit), LISTS, after)
    }


def _decision(**over: object) -> tuple[str, str, builders.Data]:
    days = {"document_date": "2026-09-10", "received_on": None}
    return DECIDED, "sanction_decision", builders.sanction_decision(**{**days, **over})


def _payment(amount: int, **over: object) -> tuple[str, str, builders.Data]:
    name = builders.record_id(f"payment {amount}")
    return name, "payment", builders.payment(decision=DECIDED, amount_vnd=amount, **over)


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


def test_decision_of_the_office_ends_its_own_deadlines_and_starts_execution() -> None:
    # 10 days after 10/09 is a Sunday.
    assert _ends(_decision()) == {"execution": date(2026, 9, 21)}
    assert _ends(_decision(received_on="2026-09-14")) == {"execution": date(2026, 9, 24)}
    assert "execution" not in _ends(_decision(withdrawn_reason="Nhập nhầm"))


def test_payments_in_part_leave_the_execution_running_until_the_rest_is_paid() -> None:
    parts = _payment(5_000_000), _payment(9_000_000)
    assert "execution" in _ends(_decision(), *parts)
    assert _ends(_decision(), *parts, _payment(1_000_000)) == {}
    assert "execution" in _ends(_decision(), *parts, _payment(1_000_000, withdrawn_reason="Nhập nhầm"))


def test_decision_is_due_from_the_minutes_or_else_from_the_visit() -> None:
    assert decision_due(lenient_value("inspection", _visit()), LISTS) == date(2026, 9, 11)
    made = _visit(measures={"k1": {"measure_id": "admin_minutes"}})
    done = {"m": ("measure_execution", builders.measure_execution(done_on="2026-09-03"))}
    assert decision_due(lenient_value("inspection", made), LISTS, AfterVisit.of(made, done)) == date(
        2026, 9, 14
    )
    assert decision_due(lenient_value("inspection", _visit(findings={})), LISTS) is None


def test_decision_that_the_field_wrote_too_counts_once() -> None:
    visit = _visit(
        measures={
            "k1": {"measure_id": "fine_money", "document_number": "15/qđ-xphc ", "amount_vnd": 15_000_000}
        }
    )
    decision = _decision()
    assert len(AfterVisit.of(visit, {}).decisions) == 1
    (only,) = AfterVisit.of(visit, {decision[0]: decision[1:]}).decisions
    assert (only.decision_id, only.is_of_field) == (DECIDED, False)
    other = _decision(document_number="16/QĐ-XPHC")
    assert len(AfterVisit.of(visit, {other[0]: other[1:]}).decisions) == 2


def test_payment_that_the_field_saw_counts_until_the_office_enters_one() -> None:
    fine = {"measure_id": "fine_money", "document_number": "15/QĐ-XPHC", "amount_vnd": 15_000_000}
    visit = _visit(measures={"k1": {**fine, "paid_on": "2026-09-10"}})
    decision = _decision()
    (paid,) = AfterVisit.of(visit, {decision[0]: decision[1:]}).decisions
    assert (paid.outstanding_vnd, paid.last_paid_on) == (0, date(2026, 9, 10))
    part = ("payment", builders.payment(decision=DECIDED, amount_vnd=5_000_000))
    (entered,) = AfterVisit.of(visit, {decision[0]: decision[1:], PAID: part}).decisions
    assert (entered.paid_vnd, entered.outstanding_vnd) == (5_000_000, 10_000_000)
