"""Entries of the office: what cannot be is refused, what is unusual is told with the frame of the law."""

from __future__ import annotations

from datetime import date

import pytest
from tests.shared import builders

from field178_shared.codelists import load
from field178_shared.records.sanctions import SanctionDecision, number_key
from field178_shared.rules import sanctions

LISTS = load()
TODAY = date(2026, 11, 26)
FRAME = {"src": "nd_144_2021", "min": 2_000_000, "max": 4_000_000, "org_multiplier": 2}
VISIT = builders.inspection(
    findings={
        "f1": {"violation_id": "noise", "occurred_on": "2026-11-20", "frame": FRAME},
        "f2": {"violation_id": "no_exit_signs", "occurred_on": "2026-11-20"},
    }
)


def codes(problems) -> dict[str, str]:
    return {problem.path: problem.code.value for problem in problems}


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, {}),
        ({"document_date": "2026-11-19", "received_on": None}, {"document_date": "before_visit"}),
        ({"document_date": "2026-11-27", "received_on": None}, {"document_date": "date_in_future"}),
        ({"received_on": "2026-11-22"}, {"received_on": "before_decision"}),
        ({"agency_id": "dist_people_committee"}, {"agency_id": "agency_not_valid"}),
        ({"amount_vnd": None}, {"amount_vnd": "required"}),
        ({"amount_vnd": None, "sanction_id": "fine_warning"}, {}),
    ],
)
def test_decision_that_cannot_be_is_refused_at_its_field(over, expected) -> None:
    data = builders.sanction_decision(**over)
    assert codes(sanctions.decision_errors(data, VISIT, LISTS, TODAY)) == expected


@pytest.mark.parametrize(
    ("form", "fines"),
    [
        ("household_business", (2_000_000, 4_000_000)),
        ("company", (4_000_000, 8_000_000)),
        ("unregistered", (2_000_000, 8_000_000)),
        ("", (2_000_000, 8_000_000)),
    ],
)
def test_frame_is_that_of_the_form_of_the_establishment(form, fines) -> None:
    assert sanctions.fine_range(("noise",), VISIT, form) == fines
    assert sanctions.is_outside(fines[1] + 1, fines)
    assert not sanctions.is_outside(fines[0], fines)


def test_unknown_frame_has_no_fine_range() -> None:
    assert sanctions.fine_range(("noise", "no_exit_signs"), VISIT, "company") is None
    assert sanctions.fine_range((), VISIT, "company") is None
    assert not sanctions.is_outside(1, None)


def test_payment_closure_and_measure_are_dated_after_decision_or_visit() -> None:
    decision = SanctionDecision.from_data(builders.record_id("decision"), builders.sanction_decision(), [])
    early = builders.payment(paid_on="2026-11-22", amount_vnd=0)
    assert codes(sanctions.payment_errors(early, decision, TODAY)) == {
        "paid_on": "before_decision",
        "amount_vnd": "required",
    }
    bare = builders.follow_up_closure(note=" ", closed_on="2026-11-19")
    assert codes(sanctions.closure_errors(bare, VISIT, TODAY)) == {
        "closed_on": "before_visit",
        "note": "proof_required",
    }
    late = builders.measure_execution(done_on="2026-11-27")
    assert codes(sanctions.execution_errors(late, VISIT, TODAY)) == {"done_on": "date_in_future"}


def test_two_who_type_one_number_meet() -> None:
    assert number_key(" 15/QĐ-XPHC") == number_key("15 / qđ-xphc")
    assert number_key("15/QĐ-XPHC") != number_key("16/QĐ-XPHC")
