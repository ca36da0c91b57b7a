"""Minutes numbers have one pattern; those of an earlier version stay readable and correctable."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.shared import builders

from field178_server.records.stored_record import new_record
from field178_server.replication.policy.evaluate import Evaluation, Outcome, evaluate_existing, evaluate_new
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.errors import ErrorCode
from field178_shared.records.number_block import minutes_number
from field178_shared.schemas import TYPES, json_schema
from field178_shared.wire.protocol import Change, Status

RECORD = "01900000-0000-7000-8000-000000000001"
SCOPE = "team:t1"
EVALUATION = Evaluation(TYPES["inspection"], declared_types())
OLD = "Nguyễn Văn An, số 7"


def change(set_: dict[str, Any], was: dict[str, Any] | None = None) -> Change:
    wire = {
        "change_id": "01900000-0000-7000-8000-00000000000c",
        "n": 1,
        "record_id": RECORD,
        "type": "inspection",
        "scope": SCOPE,
        "op": "put",
        "create": was is None,
        "set": set_,
        "was": was or {},
    }
    return Change.from_wire(wire)


def correct(set_: dict[str, Any], was: dict[str, Any]) -> Outcome:
    data = {**builders.inspection(), "minutes_number": OLD}
    return evaluate_existing(change(set_, was), new_record(RECORD, "inspection", SCOPE, data), EVALUATION)


@pytest.mark.parametrize("number", [OLD, "7", "7/BB-ĐKT178", "007/BB-ĐKT178", "07/BB", "00/BB-ĐKT178", ""])
def test_new_visit_with_another_text_for_its_number_is_quarantined_at_the_field(number: str) -> None:
    outcome = evaluate_new(change({**builders.inspection(), "minutes_number": number}), EVALUATION)
    assert (outcome.status, outcome.reason) == (Status.QUARANTINED, ErrorCode.SCHEMA)
    assert outcome.details == {"minutes_number": [ErrorCode.BAD_MINUTES_NUMBER.value]}


@pytest.mark.parametrize("number", ["07/BB-ĐKT178", "10/BB-ĐKT178", "123456/BB-ĐKT178", None])
def test_new_visit_with_a_number_of_the_form_or_none_is_taken(number: str | None) -> None:
    outcome = evaluate_new(change({**builders.inspection(), "minutes_number": number}), EVALUATION)
    assert outcome.status is Status.APPLIED


def test_change_of_another_field_beside_a_stored_old_text_is_taken() -> None:
    outcome = correct({"overall_result": "minor_shortcomings"}, {"overall_result": "compliant"})
    assert outcome.record is not None, outcome
    assert outcome.record.data["minutes_number"] == OLD


def test_stored_old_text_is_replaced_by_a_number_of_the_form_only() -> None:
    was = {"minutes_number": OLD}
    assert correct({"minutes_number": "08/BB-ĐKT178"}, was).status is Status.APPLIED
    assert correct({"minutes_number": None}, was).status is Status.APPLIED
    assert correct({"minutes_number": "Trần Thị Bình"}, was).status is Status.QUARANTINED


def test_change_that_breaks_another_field_beside_an_old_text_names_that_field_alone() -> None:
    outcome = correct({"overall_result": "nonsense"}, {"overall_result": "compliant"})
    assert outcome.details == {"overall_result": [ErrorCode.UNKNOWN_CHOICE.value]}


def test_published_schema_has_the_pattern_of_minutes_numbers() -> None:
    described: Any = json_schema("inspection")
    pattern = described["properties"]["minutes_number"]["pattern"]
    assert re.search(pattern, minutes_number(7))
    assert not re.search(pattern, OLD)
