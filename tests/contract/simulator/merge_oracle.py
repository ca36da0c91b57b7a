"""Judges merges from outside of the product: where a merged record leads, and that nothing is lost there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from sqlalchemy.orm import Session
from tests.contract.simulator.violation import require

from field178_server.audit.operation_context import OperationContext
from field178_server.office.records import operations
from field178_server.records.batch import Batch
from field178_server.records.stored_record import Stored
from field178_server.replication.policy.record_merge import load_merge_targets
from field178_shared.merge import Data, equal, read_path, without_nulls
from field178_shared.wire.canonical import canonical

Json = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """The record that stands for another now (itself unless merged), and all that is about both."""

    holder: Stored
    companions: list[Stored]


def standing(batch: Batch, record: Stored) -> Standing:
    """Return the record at the end of the merges, with its companions; a circle breaks invariant I2."""
    companions = batch.companions(record.record_id)
    passed = {record.record_id}
    while record.deleted and (into := record.data.get("merged_into")) is not None:
        require(into not in passed, "I2", f"{record.record_id} is merged in a circle")
        following = batch.get(str(into))
        require(following is not None, "I2", f"{record.record_id} is merged into nothing")
        assert following is not None
        passed.add(following.record_id)
        record = following
        companions = companions + batch.companions(record.record_id)
    return Standing(record, companions)


def with_alias(data: Data, wire: Json) -> Data:
    """Return what a record of the history is after a merge or its end; after any other change, the same."""
    if wire.get("op") == "merge":
        return data | {"merged_into": wire["set"]["merged_into"]}
    if wire.get("op") == "unmerge":
        return {key: value for key, value in data.items() if key != "merged_into"}
    return data


@contextmanager
def watching_merges() -> Iterator[None]:
    """Judge every merge of the office: it changes nothing else, and no open value stays behind."""
    original = operations.merge

    def loaded(session: Session, context: OperationContext, record_id: str) -> Batch:
        batch = Batch(session, context.tenant_id, context.clock, context.ids)
        batch.load([record_id])
        load_merge_targets(batch, [record_id])
        return batch

    def watched(session: Session, context: OperationContext, record_id: str, into: str) -> int:
        batch = loaded(session, context, record_id)
        before, open_before = batch.get(record_id), batch.companions(record_id)
        rev = original(session, context, record_id, into)
        batch = loaded(session, context, record_id)
        after = batch.get(record_id)
        assert before is not None
        assert after is not None
        _judge_merge(before, after, into, standing(batch, after), open_before)
        return rev

    with patch.object(operations, "merge", watched):
        yield


def _judge_merge(
    before: Stored, after: Stored, into: str, at: Standing, open_before: Sequence[Stored]
) -> None:
    name = f"the merge of {before.record_id} into {into}"
    expected = canonical(before.data | {"merged_into": into})
    is_merged = after.deleted and after.rev == before.rev + 1 and canonical(after.data) == expected
    require(is_merged, "I3", f"{name} changed something else")
    require(at.holder.type == after.type, "I3", f"{name} met different types")
    require(not at.holder.deleted, "I2", f"{name} led to a record that is gone")
    for conflict in open_before:
        if conflict.type == "conflict" and not conflict.deleted:
            _judge_carried(conflict, at)


def _judge_carried(conflict: Stored, at: Standing) -> None:
    path = str(conflict.data["path"])
    if path.startswith("_") or path == "merged_into":
        return
    entries = conflict.data["entries"]
    assert isinstance(entries, dict)
    for change_id, entry in entries.items():
        there = equal(read_path(at.holder.data, path), entry.get("mine"))
        companions = [companion for companion in at.companions if companion.subject_id == at.holder.record_id]
        kept = there or disputed(companions, path, change_id, entry.get("mine"))
        require(kept, "I2", f"{path} of {change_id} stayed behind at a merged record")


def disputed(companions: Iterable[Stored], path: str, change_id: str, value: object) -> bool:
    """Tell whether a conflict keeps the value that a change offered for a path."""
    for conflict in companions:
        entries = conflict.data.get("entries")
        if conflict.type != "conflict" or conflict.data.get("path") != path or not isinstance(entries, dict):
            continue
        entry = entries.get(change_id)
        if entry is not None and equal(entry.get("mine"), without_nulls(value)):
            return True
    return False
