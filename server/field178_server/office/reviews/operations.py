"""Decisions of the office on a filed record: approve, return for correction, void, reopen, undo.

A decision is stored as the record's review, a companion record that only the office writes; the tablets of
the scope receive it with their next exchange. A decision names the seen revisions of record and review and
is refused if either has changed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from field178_server.audit import trail
from field178_server.audit.trail import Actor, AuditEntry, refuse_long, require_reason
from field178_server.database.models import ChangeHistory
from field178_server.office.reviews.decision_history import decisions_in
from field178_server.office.reviews.quality_flags import flags_of
from field178_server.office.reviews.queue import is_clean
from field178_server.office.reviews.viewing import viewed_revisions
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.history import history_of
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import review_id
from field178_shared.merge import Data, difference
from field178_shared.record_type import RecordType
from field178_shared.records.review import HANDED_TO, ReviewState
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical

REVIEWED_TYPES = frozenset({RecordType.INSPECTION, RecordType.OUTREACH_SESSION})
# Types without approval: a wrong entry is returned, and counts until it is corrected.
RETURNED_ENTRIES = frozenset({RecordType.WORKER_CENSUS, RecordType.MEDIA_POST})
_RETURNED_TYPES = REVIEWED_TYPES | RETURNED_ENTRIES
UNDO_WITHIN = timedelta(seconds=30)
MOST_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class SeenRecord:
    """Revisions of a record and its review that the officer saw; `review_rev` 0: no review."""

    record_id: str
    rev: int
    review_rev: int = 0


@dataclass(frozen=True, slots=True)
class Pin:
    """A remark at one field; an empty path means the whole record."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Remarks:
    """Reason and comments of a return. `keep`: keys of earlier comments or threads that stay open."""

    reason: str = ""
    comments: tuple[Pin, ...] = ()
    keep: frozenset[str] = frozenset()


def revisions_of(batch: Batch, record_id: str) -> SeenRecord:
    """Return the present revisions of a record and of its review."""
    record = reviewed_record(batch, record_id, _RETURNED_TYPES)
    return SeenRecord(record_id, record.rev, _review_rev(batch, record_id))


def approve(batch: Batch, actor: Actor, seen: SeenRecord, confirmed: Collection[str] | None = None) -> None:
    """Approve a record at the seen revision; all its comments are closed.

    `confirmed`: codes of the quality flags that the officer saw; a record with another flag raises
    AppError(flagged). None skips the check (command line).
    """
    record = refuse_changed(batch, seen)
    refuse_closed(batch, seen.record_id)
    if confirmed is not None:
        _refuse_unconfirmed(batch, seen.record_id, confirmed)
    comments = _settled(batch, record, keep=frozenset())
    _decide(batch, actor, record, _content(record, ReviewState.APPROVED, comments=comments))


def approve_several(batch: Batch, actor: Actor, chosen: Sequence[SeenRecord]) -> dict[str, AppError]:
    """Approve records at the seen revisions; return the errors of the refused records by id.

    The officer MUST have opened that revision. A record with a quality flag, and a visit with violations,
    is refused: it is decided alone.
    """
    if len(chosen) > MOST_AT_ONCE:
        raise AppError(ErrorCode.TOO_LONG, most=MOST_AT_ONCE)
    ids = [seen.record_id for seen in chosen]
    viewed = viewed_revisions(batch.session, batch.tenant_id, actor.id or "", ids)
    refused: dict[str, AppError] = {}
    for seen in chosen:
        try:
            record = refuse_changed(batch, seen)
            if viewed.get(seen.record_id) != seen.rev:
                raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id)
            if not is_clean(record.type, record.data.get("overall_result")) or _is_returned(batch, record):
                raise AppError(ErrorCode.FLAGGED, record_id=seen.record_id)
            approve(batch, actor, seen, confirmed=())
        except AppError as error:
            refused[seen.record_id] = error
    return refused


def return_for_fix(batch: Batch, actor: Actor, seen: SeenRecord, remarks: Remarks) -> None:
    """Return a record to its team with a reason, comments at fields, or both."""
    record = refuse_changed(batch, seen, _RETURNED_TYPES)
    refuse_closed(batch, seen.record_id)
    if not remarks.reason and not remarks.comments and not remarks.keep:
        raise AppError(ErrorCode.REQUIRED, path="reason")
    refuse_long(remarks.reason, *(pin.text for pin in remarks.comments))
    comments = _settled(batch, record, remarks.keep) | _pinned(batch, actor, remarks.comments)
    _decide(batch, actor, record, _content(record, ReviewState.RETURNED, remarks.reason, comments))


def take_back_return(batch: Batch, actor: Actor, seen: SeenRecord) -> None:
    """Delete the return of an entry; entries have no approval that would end it."""
    record = refuse_changed(batch, seen, RETURNED_ENTRIES)
    review = batch.review_of(seen.record_id)
    if review is None:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id)
    write_review(batch, actor, next_revision(review, data=review.data, deleted=True))
    note_review(batch, actor, record, "return_taken_back")


def void(batch: Batch, actor: Actor, seen: SeenRecord, reason: str) -> None:
    """Void a record: figures no longer count it; it stays in the store and in the history."""
    record = refuse_changed(batch, seen)
    if _state(batch, seen.record_id) == ReviewState.VOID:
        raise AppError(ErrorCode.LOCKED, record_id=seen.record_id)
    require_reason(reason)
    comments = _settled(batch, record, keep=frozenset())
    _decide(batch, actor, record, _content(record, ReviewState.VOID, reason, comments))


def reopen(batch: Batch, actor: Actor, seen: SeenRecord, reason: str) -> None:
    """Return an approved or void record to its team, with a reason."""
    record = refuse_changed(batch, seen)
    if not batch.is_locked(seen.record_id):
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id)
    require_reason(reason)
    comments = _settled(batch, record, keep=frozenset())
    _decide(batch, actor, record, _content(record, ReviewState.RETURNED, reason, comments), action="reopened")


def undo_approval(batch: Batch, actor: Actor, record_id: str) -> None:
    """Undo the officer's own approval of the last 30 seconds; the earlier review is restored."""
    record = reviewed_record(batch, record_id)
    review = batch.review_of(record_id)
    last = _last_change(batch, review) if review is not None else None
    if review is None or last is None or _state(batch, record_id) != ReviewState.APPROVED:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=record_id)
    if last.user_id != actor.id or batch.now - last.received_at > UNDO_WITHIN:
        raise AppError(ErrorCode.LOCKED, record_id=record_id)
    before = _before(last)
    write_review(batch, actor, next_revision(review, data=before or review.data, deleted=before is None))
    note_review(batch, actor, record, "approval_undone")


def reviewed_record(batch: Batch, record_id: str, types: Collection[str] = REVIEWED_TYPES) -> Stored:
    """Return a live record of these types, with its review loaded.

    Raises AppError(not_found), or AppError(purged) for an erased record.
    """
    batch.load([record_id])
    record = batch.get(record_id)
    if record is None or record.deleted or record.type not in types:
        raise AppError(ErrorCode.NOT_FOUND, record_id=record_id)
    if record.is_erased:
        raise AppError(ErrorCode.PURGED, record_id=record_id)
    return record


def refuse_unseen_review(batch: Batch, seen: SeenRecord) -> None:
    """Refuse a review that changed since it was seen; decided_meanwhile names the last decision since."""
    review = batch.get(review_id(seen.record_id))
    if review is None or review.rev == seen.review_rev:
        return
    history = history_of(batch.session, batch.tenant_id, review.record_id, review.type, review.data)
    decisions = [decision for decision in decisions_in(history) if decision.rev > seen.review_rev]
    if not decisions:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id, review=review.rev)
    last = decisions[-1]
    raise AppError(
        ErrorCode.DECIDED_MEANWHILE,
        record_id=seen.record_id,
        review=review.rev,
        decision=last.kind.value,
        by=last.user_id or trail.OPERATOR.kind,
        at=to_wire(last.decided_at),
    )


def refuse_changed(batch: Batch, seen: SeenRecord, types: Collection[str] = REVIEWED_TYPES) -> Stored:
    """Return a record; refuse it if the record or its review has changed since it was seen."""
    record = reviewed_record(batch, seen.record_id, types)
    refuse_unseen_review(batch, seen)
    if record.rev != seen.rev:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id, rev=record.rev)
    return record


def _review_rev(batch: Batch, record_id: str) -> int:
    review = batch.get(review_id(record_id))
    return 0 if review is None else review.rev


def _state(batch: Batch, record_id: str) -> str:
    review = batch.review_of(record_id)
    return str(review.data["state"]) if review is not None else ReviewState.WAITING.value


def _is_returned(batch: Batch, record: Stored) -> bool:
    """Return whether a record is returned and not corrected since."""
    review = batch.review_of(record.record_id)
    if review is None or review.data["state"] != ReviewState.RETURNED:
        return False
    return review.data["record_rev"] == record.rev


def refuse_closed(batch: Batch, record_id: str) -> None:
    """Refuse a record that is approved or void."""
    if batch.is_locked(record_id):
        raise AppError(ErrorCode.LOCKED, record_id=record_id)


def _refuse_unconfirmed(batch: Batch, record_id: str, confirmed: Collection[str]) -> None:
    flags = flags_of(batch.session, batch.tenant_id, [record_id]).get(record_id, ())
    if any(flag.code not in confirmed for flag in flags):
        raise AppError(ErrorCode.FLAGGED, record_id=record_id, flags=flags)


def _content(
    record: Stored, state: ReviewState, reason: str = "", comments: Mapping[str, object] | None = None
) -> Data:
    data: Data = {"record": record.record_id, "record_rev": record.rev, "state": state.value}
    return data | ({"reason": reason} if reason else {}) | ({"comments": dict(comments)} if comments else {})


def _settled(batch: Batch, record: Stored, keep: frozenset[str]) -> dict[str, object]:
    """Return the earlier comments; comments not in `keep` are closed at the record's revision."""
    review = batch.review_of(record.record_id)
    comments = review.data.get("comments") if review is not None else None
    if not isinstance(comments, dict):
        return {}
    return {
        key: comment
        if {key, comment.get("thread")} & keep or "done_rev" in comment
        else {**comment, "done_rev": record.rev}
        for key, comment in comments.items()
        if isinstance(comment, dict)
    }


def _pinned(batch: Batch, actor: Actor, pins: tuple[Pin, ...]) -> dict[str, object]:
    at = to_wire(batch.now)
    signature = {"user": actor.id or actor.kind, "at": at}
    return {
        batch.ids.time_ordered(): {"text": pin.text, **({"path": pin.path} if pin.path else {}), **signature}
        for pin in pins
    }


def _decide(batch: Batch, actor: Actor, record: Stored, data: Data, action: str | None = None) -> None:
    review = batch.get(review_id(record.record_id))
    data = {**data, "decided_by": actor.id or actor.kind, "decided_at": to_wire(batch.now)}
    if review is not None and HANDED_TO in review.data:
        # A record returned again stays with the officer it was handed to.
        data = {**data, HANDED_TO: review.data[HANDED_TO]}
    if review is None:
        made = new_record(
            review_id(record.record_id), RecordType.REVIEW, record.scope, data, record.record_id
        )
    else:
        made = next_revision(review, data=data, deleted=False)
    write_review(batch, actor, made)
    note_review(batch, actor, record, action or str(data["state"]))


def write_review(batch: Batch, actor: Actor, review: Stored) -> None:
    """Store the next revision of a review; its history keeps the content before."""
    before = batch.get(review.record_id)
    seen = before.data if before is not None and not before.deleted else {}
    set_, _ = difference(seen, review.data)
    # Store the whole content before the change: undoing a decision restores it.
    payload = {"op": "delete" if review.deleted else "put", "set": set_, "before": seen or None}
    source = SourceChange(
        batch.ids.time_ordered(), actor.id, None, to_wire(batch.now), canonical(payload).decode()
    )
    batch.put(review, source)


def note_review(batch: Batch, actor: Actor, record: Stored, action: str) -> None:
    """Write a decision on a record into the audit trail."""
    stamp = trail.Stamp(batch.tenant_id, batch.ids.time_ordered(), batch.now)
    entry = AuditEntry(f"review_{action}", record.record_id, record.scope, {"rev": record.rev})
    trail.record(batch.session, stamp, actor, entry)


def _last_change(batch: Batch, review: Stored) -> ChangeHistory | None:
    return batch.session.scalars(
        select(ChangeHistory).where(
            ChangeHistory.tenant_id == batch.tenant_id,
            ChangeHistory.record_id == review.record_id,
            ChangeHistory.rev == review.rev,
        )
    ).first()


def _before(last: ChangeHistory) -> Data | None:
    """Return the review before its last decision, None when the record was unreviewed."""
    before = json.loads(last.payload or "{}").get("before")
    return dict(before) if isinstance(before, dict) else None
