"""Operations on quarantined changes: reprocess, correct, reject, restore.

The change remains stored as the tablet sent it. A corrected version is a write of the office: its author is
the officer, and the tablet's receipt reports that the change was replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, update

from field178_server.audit import trail
from field178_server.audit.trail import Actor, AuditEntry, require_reason
from field178_server.database.engine import changed_rows
from field178_server.database.models import Quarantine
from field178_server.records.batch import Batch, SourceChange
from field178_server.replication.policy.evaluate import Outcome
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.push.change_processor import ChangeProcessor
from field178_server.replication.quarantine import reprocess
from field178_server.replication.quarantine.store import DISCARDED, OPEN, QuarantinedChange, find_quarantined
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data, equal, read_path, write_path
from field178_shared.time.clock import to_wire
from field178_shared.wire.protocol import Change, Op, Status

# Reasons that a correction of the content removes. Others need a grant, a binding, an upgrade or another
# tablet.
CORRECTABLE = frozenset({ErrorCode.SCHEMA.value, ErrorCode.RULE.value})


class QuarantineKey(NamedTuple):
    """Key of one change in quarantine. Two contents may have the same change id."""

    change_id: str
    payload_hash: str


@dataclass(frozen=True, slots=True)
class Correction:
    """Corrected values by path, and paths that are left out of the change."""

    values: Mapping[str, object]
    left_out: frozenset[str] = frozenset()


def run_again(batch: Batch, rules: TypeRules, actor: Actor, key: QuarantineKey) -> int:
    """Reprocess the quarantined changes of this change's record; return the number of changed receipts."""
    row = _row(batch, key)
    if row.state != OPEN:
        raise AppError(ErrorCode.REVISION_CHANGED, change_id=key.change_id)
    changed = reprocess.run_record(batch, rules, row.record_id)
    _note(batch, actor, AuditEntry("quarantine_run_again", key.change_id, row.scope, {"changed": changed}))
    return changed


def correct(batch: Batch, rules: TypeRules, actor: Actor, key: QuarantineKey, correction: Correction) -> None:
    """Apply a corrected version of a change as a write of the office, and settle the change.

    Raises AppError: revision_changed if the change is no longer in quarantine, or its record was created
    meanwhile; replaced if a later change already corrects it; schema or rule with `problems` by path.
    """
    row = _row(batch, key)
    quarantined = find_quarantined(batch.session, batch.tenant_id, Quarantine.record_id == row.record_id)
    target = next(
        (
            candidate
            for candidate in quarantined
            if (candidate.change.change_id, candidate.receipt.payload_hash) == key
        ),
        None,
    )
    if target is None or target.reason not in CORRECTABLE or target.change.op != Op.PUT:
        raise AppError(ErrorCode.REVISION_CHANGED, change_id=key.change_id)
    if any(target.change.change_id in other.change.replaces for other in quarantined):
        raise AppError(ErrorCode.REPLACED, change_id=key.change_id)
    processor = ChangeProcessor(batch, rules, [])
    processor.prepare_again(quarantined)
    record = batch.get(target.change.record_id)
    if target.change.create and record is not None:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=record.record_id)
    corrected = _corrected(batch, target, correction, record.data if record is not None else {})
    payload = corrected.text
    source = SourceChange(corrected.change_id, actor.id, None, to_wire(batch.now), payload)
    _refuse(processor.apply_correction(target, corrected, source))
    processor.flush()
    _note(
        batch,
        actor,
        AuditEntry("quarantine_mended", key.change_id, row.scope, {"fields": len(correction.values)}),
    )


def reject(batch: Batch, actor: Actor, key: QuarantineKey, reason: str) -> None:
    """Reject a change with a reason. It remains stored and can be restored."""
    require_reason(reason)
    values = {"settled_at": batch.now, "settled_by": actor.id, "settled_reason": reason}
    _move(batch, key, OPEN, {"state": DISCARDED, **values})
    _note(batch, actor, AuditEntry("quarantine_set_aside", key.change_id, _row(batch, key).scope))


def put_back(batch: Batch, actor: Actor, key: QuarantineKey) -> None:
    """Restore a rejected change to the open list."""
    values = dict.fromkeys(("settled_at", "settled_by", "settled_reason"))
    _move(batch, key, DISCARDED, {"state": OPEN, **values})
    _note(batch, actor, AuditEntry("quarantine_put_back", key.change_id, _row(batch, key).scope))


def _row(batch: Batch, key: QuarantineKey) -> Quarantine:
    row = batch.session.scalar(select(Quarantine).where(*_is(batch, key)))
    if row is None:
        raise AppError(ErrorCode.NOT_FOUND, change_id=key.change_id)
    return row


def _move(batch: Batch, key: QuarantineKey, state: str, values: Mapping[str, object]) -> None:
    """Change the state in one statement, so that only one of two concurrent requests succeeds."""
    moved = batch.session.execute(
        update(Quarantine)
        .where(*_is(batch, key), Quarantine.state == state)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if changed_rows(moved) != 1:
        raise AppError(ErrorCode.REVISION_CHANGED, change_id=key.change_id)


def _is(batch: Batch, key: QuarantineKey) -> tuple[ColumnElement[bool], ...]:
    return (
        Quarantine.tenant_id == batch.tenant_id,
        Quarantine.change_id == key.change_id,
        Quarantine.payload_hash == key.payload_hash,
    )


def _corrected(batch: Batch, quarantined: QuarantinedChange, correction: Correction, stored: Data) -> Change:
    """Return a new change with the corrected values; all other members are those of the tablet's change."""
    set_, was = dict(quarantined.change.set), dict(quarantined.change.was)
    for path in correction.left_out:
        _leave_out(set_, path)
    for path, value in correction.values.items():
        head = _covering(set_, path)
        if head is None:
            # The form also shows stored values; a value that the officer did not change is skipped.
            if not equal(value, before := read_path(stored, path)):
                set_[path], was[path] = value, before
        elif head == path:
            set_[path] = value
        else:
            set_[head] = _inside(set_[head], path.removeprefix(f"{head}."), value)
    wire = {**quarantined.change.wire, "change_id": batch.ids.time_ordered(), "set": set_, "was": was}
    return Change.from_wire(wire)


def _leave_out(set_: dict[str, object], path: str) -> None:
    head = _covering(set_, path)
    if head == path:
        del set_[path]
    elif head is not None:
        set_[head] = _inside(set_[head], path.removeprefix(f"{head}."), None)


def _covering(set_: Mapping[str, object], path: str) -> str | None:
    """Return the path of the change that sets this one: the same path or an object that contains it."""
    keys = path.split(".")
    heads = (".".join(keys[:length]) for length in range(len(keys), 0, -1))
    return next((head for head in heads if head in set_), None)


def _inside(value: object, path: str, inner: object) -> object:
    return write_path(dict(value), path, inner) if isinstance(value, Mapping) else value


def _refuse(outcome: Outcome) -> None:
    if outcome.status != Status.QUARANTINED:
        return
    if outcome.reason in (ErrorCode.SCHEMA, ErrorCode.RULE):
        raise AppError(outcome.reason, problems=dict(outcome.details))
    # Other reasons (too large, erased, another unit) concern the whole record.
    raise AppError(ErrorCode.SCHEMA, problems={"": [(outcome.reason or ErrorCode.SCHEMA).value]})


def _note(batch: Batch, actor: Actor, entry: AuditEntry) -> None:
    stamp = trail.Stamp(batch.tenant_id, batch.ids.time_ordered(), batch.now)
    trail.record(batch.session, stamp, actor, entry)
