"""The merge policy is pure: its result depends on the change and the record alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_server.replication.policy.evaluate import Evaluation, evaluate_existing, evaluate_new
from field178_server.replication.policy.record_validation import Problems
from field178_shared.errors import ErrorCode
from field178_shared.merge import bad_paths, merge
from field178_shared.record_type import RecordType
from field178_shared.records.value import Value
from field178_shared.schemas import RecordTypeRules
from field178_shared.wire.protocol import Change, Status

RECORD = "01900000-0000-7000-8000-000000000001"
SCOPE = "unit:c1"
TYPE = RecordTypeRules(RecordType.ESTABLISHMENT, "unit", office_paths=("priority", "office.note"))


class AnythingGoes:
    """Rules that take every content."""

    types: Mapping[str, RecordTypeRules] = {"establishment": TYPE}

    def valid_value(self, change: Change) -> Value | None:
        return None

    def problem(
        self, type_name: str, data: dict[str, object], before: dict[str, object] | None = None
    ) -> tuple[ErrorCode, Problems] | None:
        return None

    def contradiction(self, type_name: str, value: Value) -> tuple[ErrorCode, Problems] | None:
        return None


CASE = Evaluation(TYPE, AnythingGoes())
LOCKED = Evaluation(TYPE, AnythingGoes(), is_locked=True)


def change(set_: dict[str, Any], was: dict[str, Any] | None = None, **more: Any) -> Change:
    wire = {
        "change_id": "01900000-0000-7000-8000-00000000000c",
        "n": 1,
        "record_id": RECORD,
        "type": "establishment",
        "scope": SCOPE,
        "op": "put",
        "set": set_,
        "was": was or {},
        **more,
    }
    return Change.from_wire(wire)


def stored(data: dict[str, Any], *, deleted: bool = False) -> Stored:
    record = new_record(RECORD, "establishment", SCOPE, data)
    return next_revision(record, deleted=True) if deleted else record


KEYS = st.sampled_from(["a", "b", "c", "d"])
PATHS = st.lists(KEYS, min_size=1, max_size=3).map(".".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "x", "Đ"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=5,
)


@given(st.dictionaries(PATHS, VALUES, max_size=5))
def test_create_equals_a_merge_into_an_empty_record(set_: dict[str, Any]) -> None:
    if bad_paths(set_):
        return
    outcome = evaluate_new(change(set_, create=True), CASE)
    assert outcome.record is not None
    assert outcome.record.data == merge({}, set_, {}).data


@given(st.dictionaries(KEYS, VALUES, max_size=3), st.dictionaries(KEYS, VALUES, max_size=3), st.booleans())
def test_every_offered_value_is_there_or_disputed(
    before: dict[str, Any], set_: dict[str, Any], is_locked: bool
) -> None:
    record = stored(merge({}, before, {}).data)
    outcome = evaluate_existing(change(set_), record, LOCKED if is_locked else CASE)
    after = outcome.record or record
    disputed = {conflict.path for conflict in outcome.conflicts}
    for path, value in set_.items():
        assert path in disputed or not merge(after.data, {path: value}, {path: after.data.get(path)}).applied
    untouched = set(record.data) - set(set_)
    assert {key: after.data[key] for key in untouched} == {key: record.data[key] for key in untouched}
    if is_locked:
        assert outcome.record is None


@pytest.mark.parametrize("path", ["priority", "priority.deep", "office.note", "office"])
def test_tablets_cannot_write_paths_of_the_office_or_their_parents(path: str) -> None:
    outcome = evaluate_existing(change({path: "x", "name": "y"}), stored({}), CASE)
    assert (outcome.status, outcome.reason) == (Status.CONFLICT, ErrorCode.LOCKED)
    assert outcome.record is not None
    assert outcome.record.data == {"name": "y"}


def test_a_neighbour_of_an_office_path_is_free() -> None:
    outcome = evaluate_existing(change({"office.other": "x", "priority_2": 1}), stored({}), CASE)
    assert outcome.status == Status.APPLIED


def test_an_office_path_with_the_value_it_has_is_no_dispute() -> None:
    outcome = evaluate_existing(change({"priority": "high"}), stored({"priority": "high"}), CASE)
    assert outcome.status == Status.UNCHANGED


@pytest.mark.parametrize(("base_rev", "is_seen"), [(1, False), (2, True), (3, False), (9, False)])
def test_a_deletion_is_undone_without_a_conflict_only_by_who_names_its_revision(
    base_rev: int, is_seen: bool
) -> None:
    edit = change({"name": "z"}, {"name": "y"}, base_rev=base_rev)
    outcome = evaluate_existing(edit, stored({"name": "y"}, deleted=True), CASE)
    assert (outcome.status is Status.APPLIED, not outcome.conflicts) == (is_seen, is_seen)


@pytest.mark.parametrize(
    ("base_rev", "is_locked", "reason"),
    [
        (1, False, ErrorCode.DELETED),
        (2, False, ErrorCode.CHANGED),
        (2, True, ErrorCode.DELETED),
        (1, True, ErrorCode.DELETED),
    ],
)
def test_first_reason_of_a_conflict_is_in_the_receipt(
    base_rev: int, is_locked: bool, reason: ErrorCode
) -> None:
    late = change({"name": "z"}, {"name": "x"}, base_rev=base_rev)
    outcome = evaluate_existing(late, stored({"name": "y"}, deleted=True), LOCKED if is_locked else CASE)
    assert (outcome.status, outcome.reason) == (Status.CONFLICT, reason)
    assert (outcome.record is None) == is_locked


def test_a_purged_record_takes_nothing() -> None:
    outcome = evaluate_existing(change({"name": "x"}), stored({"purged": "2026-01-01T00:00:00Z"}), CASE)
    assert (outcome.status, outcome.reason) == (Status.QUARANTINED, ErrorCode.PURGED)


def test_too_much_data_is_not_stored() -> None:
    record = stored({f"k{n}": "ạ" * 4000 for n in range(21)})
    assert evaluate_existing(change({"more": "x"}), record, CASE).status == Status.APPLIED
    outcome = evaluate_existing(change({"more": "ạ" * 4000}), record, CASE)
    assert outcome.reason == ErrorCode.TOO_LARGE
