"""A create whose content is decoded has the outcome that its dict would have."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.contract.generated_records import record
from tests.shared.schemas.test_declared import VALID

from field178_server.records.typed_value import decoded
from field178_server.replication.policy.evaluate import Evaluation, Outcome, evaluate_new
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.merge import Data
from field178_shared.schemas import TYPES
from field178_shared.wire.protocol import Change, Status

RECORD = "01900000-0000-7000-8000-000000000001"


def change(type_name: str, scope: str, data: Data) -> Change:
    wire = {"change_id": "01900000-0000-7000-8000-00000000000c", "n": 1, "record_id": RECORD, "op": "put"}
    return Change.from_wire({**wire, "type": type_name, "scope": scope, "set": data, "create": True})


def outcomes(type_name: str, scope: str, data: Data) -> tuple[Outcome, Outcome] | None:
    """Return the outcome of decoded content and of its dict; None if it is not certainly valid."""
    create, rules = change(type_name, scope, data), declared_types()
    value = decoded(type_name, create.content)
    if value is None:
        return None
    fast = evaluate_new(create, Evaluation(TYPES[type_name], rules, value))
    return fast, evaluate_new(create, Evaluation(TYPES[type_name], rules))


@pytest.mark.parametrize("type_name", sorted(set(VALID) - {"conflict"}))
def test_valid_create_has_the_outcome_of_its_dict(type_name: str) -> None:
    kind = TYPES[type_name].scope_kind
    seen: Counter[Status] = Counter()
    for number in range(200):
        data = VALID[type_name]() if number == 0 else record(type_name, number)
        if not isinstance(data, dict):
            continue
        for unit in (data.get("unit_id"), "elsewhere"):
            pair = outcomes(type_name, f"{kind}:{unit}", data)
            if pair is not None:
                assert pair[0] == pair[1]
                seen[pair[0].status] += 1
    assert seen[Status.APPLIED]


@pytest.mark.parametrize(
    ("type_name", "path", "value"),
    [
        ("establishment", "inspection_priority_id", "high"),
        ("establishment", "merged_into", "5f0b1a3e-0000-4000-8000-000000000101"),
        ("inspection", "merged_into", "5f0b1a3e-0000-4000-8000-000000000101"),
    ],
)
def test_path_of_the_office_in_a_create_is_a_conflict(type_name: str, path: str, value: str) -> None:
    data = {**VALID[type_name](), path: value}
    create = change(type_name, f"{TYPES[type_name].scope_kind}:{data['unit_id']}", data)
    content = decoded(type_name, create.content)
    outcome = evaluate_new(create, Evaluation(TYPES[type_name], declared_types(), content))
    assert (outcome.status, [conflict.path for conflict in outcome.conflicts]) == (Status.CONFLICT, [path])
    assert outcome.record is not None
    assert path not in outcome.record.data
