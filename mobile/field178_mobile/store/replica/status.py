"""Status of a record, computed and never stored: its state, and its expected revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from field178_mobile.ports import Json
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.model import StateWord
from field178_mobile.store.outbox.changes import OwnChange, changes_of
from field178_mobile.store.replica.cache import OpenConflict
from field178_mobile.store.replica.merged_view import is_shown
from field178_mobile.store.replica.server_records import ServerRecord, get_server_record
from field178_shared.merge import passes_non_object, write_path
from field178_shared.records.review import ReviewRecord, ReviewState
from field178_shared.wire.canonical import canonical, record_hash_of_body
from field178_shared.wire.protocol import Op, Status

_REVIEWED: Mapping[str, StateWord] = {
    ReviewState.RETURNED: StateWord.RETURNED,
    ReviewState.APPROVED: StateWord.APPROVED,
    ReviewState.VOID: StateWord.VOID,
}


def word_of(
    *, has_draft: bool, server_rev: int, own: Sequence[OwnChange], review: ReviewRecord | None
) -> StateWord:
    """Return the word: "received" only ever from a stored receipt or a record the server sent.

    `base_rev` is 0 for a record the server never sent.
    """
    if has_draft:
        return StateWord.DRAFT
    if any(change.is_pending and change.replaced_by is None for change in own):
        return StateWord.UNSENT
    if server_rev == 0 and not own:
        return StateWord.DRAFT
    if review is None:
        return StateWord.RECEIVED
    return _reviewed(review, server_rev, own)


def attention_of(refused: str | None, conflicts: Sequence[OpenConflict]) -> str | None:
    """Return the reason code of a record that needs attention: a refusal first, then a conflict."""
    if refused is not None or not conflicts:
        return refused
    reasons = [value.reason for conflict in conflicts for value in conflict.refused_values if value.reason]
    return reasons[-1] if reasons else "changed"


def is_returned(review: ReviewRecord, server_rev: int, own: Sequence[OwnChange]) -> bool:
    """Return whether a returned record still waits for a correction: no change was filed since."""
    if review.state != ReviewState.RETURNED or any(change.is_pending for change in own):
        return False
    return _rev(server_rev, own) <= review.record_rev


def revision_of(context: DatabaseContext, record_id: str) -> ServerRecord | None:
    """Return the record as the server will have it after all changes filed here.

    None if that is unknown: the record is absent, deleted, refused or in conflict.
    """
    row = get_server_record(context, record_id)
    for change in changes_of(context, record_id):
        if not is_shown(change) or change.status is Status.UNCHANGED:
            continue
        if change.is_refused or change.status is Status.CONFLICT or change.op != Op.PUT:
            return None
        row = _row_of_change(row, change)
    return None if row is None or row.deleted or row.is_erased else row


def after_change(data: Json, deleted: bool, change: OwnChange) -> tuple[Json, bool]:
    """Return content and deletion mark of a record after a change was applied as sent."""
    if change.only_settles:
        return data, deleted
    if change.op == Op.DELETE:
        return data, True
    for path, value in change.set.items():
        if not passes_non_object(data, path):
            data = write_path(data, path, value)
    return data, False


def _row_of_change(server_record: ServerRecord | None, change: OwnChange) -> ServerRecord:
    """Return the row that a change applied as sent makes of the one before."""
    before = ({}, False) if server_record is None else (server_record.data, server_record.deleted)
    data, deleted = after_change(*before, change)
    rev = 1 if server_record is None else server_record.rev + 1
    body = canonical(data)
    h = record_hash_of_body(change.record_id, change.type, rev, deleted, body)
    return ServerRecord(change.record_id, change.type, change.scope, rev, deleted, body, h)


def _reviewed(review: ReviewRecord, server_rev: int, own: Sequence[OwnChange]) -> StateWord:
    word = _REVIEWED.get(review.state, StateWord.RECEIVED)
    if word is StateWord.RETURNED and _rev(server_rev, own) > review.record_rev:
        # Corrected and received: the office reviews it again.
        return StateWord.RECEIVED
    return word


def _rev(server_rev: int, own: Sequence[OwnChange]) -> int:
    return max([server_rev, *(change.rev for change in own)])
