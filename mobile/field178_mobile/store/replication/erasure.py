"""Erasure: delete this tablet's copies of what office or retention removed (docs/sync-protocol.md §5.9).

An unsent change stays until the server has answered it; then it is deleted too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_number, put_number, put_text
from field178_mobile.store.drafts.rows import all_drafts, delete_drafts_of
from field178_mobile.store.model import Draft
from field178_mobile.store.outbox.changes import OwnChange, State, changes_of, shown_changes
from field178_mobile.store.outbox.journal import Journal
from field178_mobile.store.outbox.receipt_digests import forget_changes
from field178_mobile.store.photos.files import PhotoFiles
from field178_mobile.store.photos.rows import Photo, PhotoState, all_photos, forget_photo, named_files
from field178_mobile.store.replica.merged_view import compose
from field178_mobile.store.replica.server_records import get_server_record
from field178_shared.errors import AppError, ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of

_UNFINISHED = "purge_unfinished"


def forget_erased(context: DatabaseContext, record_ids: Iterable[str]) -> None:
    """Delete drafts and answered changes of erased records; receipts still count. Inside a transaction.

    Own records about an erased record are deleted with it. Of a record from which retention removed values,
    answered changes of before that are deleted.
    """
    record_ids = list(record_ids)
    for record_id in record_ids:
        _forget_earlier(context, record_id)
    erased = [
        record_id
        for record_id in record_ids
        if _is_erased(context, record_id) or _went_with_its_subject(context, record_id)
    ]
    for record_id in dict.fromkeys([*erased, *_answers_to(context, erased)]):
        delete_drafts_of(context, record_id)
        own = changes_of(context, record_id)
        answered = [change.id for change in own if change.state is State.ACKNOWLEDGED]
        forget_changes(context, [*answered, *_superseded_by(own, answered)])
        put_number(context, _UNFINISHED, 1)


def _forget_earlier(context: DatabaseContext, record_id: str) -> None:
    row = get_server_record(context, record_id)
    if row is None or not (rev := row.reduced_at_rev):
        return
    own = changes_of(context, record_id)
    answered = [change.id for change in own if change.state is State.ACKNOWLEDGED and change.rev < rev]
    forget_changes(context, [*answered, *_superseded_by(own, answered)])
    put_number(context, _UNFINISHED, 1)


def named_in(draft: Draft) -> tuple[str, ...]:
    """Return the records of a draft: its own, and the record whose comment it answers."""
    subject = text_of(draft.data, "record") if draft.type == RecordType.COMMENT_ANSWER else ""
    return (draft.record_id, *([subject] if subject else []))


def refuse_erased(context: DatabaseContext, record_ids: Iterable[str]) -> None:
    """Raise AppError(purged) for an erased record: an open form MUST NOT save it again."""
    for record_id in record_ids:
        if _is_erased(context, record_id):
            raise AppError(ErrorCode.PURGED, record=record_id)


def finish_erasures(context: DatabaseContext, journal: Journal, files: PhotoFiles) -> None:
    """Remove erased records from the journal and the photo folder; may be interrupted at any point."""
    if get_number(context, _UNFINISHED) != 1:
        return
    for photo in all_photos(context):
        if _is_erased(context, photo.record_id) or _is_removed(context, photo):
            forget_photo(context, files, photo)
    journal.keep_only({row[0] for row in context.connection.execute("SELECT id FROM outbox")})
    with context.transaction("journal"):
        put_text(context, "journal", journal.generation)
        put_number(context, "journal_end", journal.size)
        put_number(context, _UNFINISHED, 0)


def _superseded_by(own: Sequence[OwnChange], gone: Collection[str]) -> list[str]:
    """Return unanswered changes that a deleted change supersedes."""
    kept_ids = {change.id for change in own} - set(gone)
    change_ids = []
    for change in reversed(own):
        if (
            change.state is State.ISOLATED
            and change.replaced_by is not None
            and change.replaced_by not in kept_ids
        ):
            kept_ids.discard(change.id)
            change_ids.append(change.id)
    return change_ids


def _is_removed(context: DatabaseContext, photo: Photo) -> bool:
    """Return whether retention removed a sent photo: neither the record nor an own change names it."""
    row = get_server_record(context, photo.record_id)
    if row is None or not row.reduced_at_rev or photo.state is not PhotoState.SENT:
        return False
    view = compose(row, changes_of(context, photo.record_id))
    return view is None or photo.sha256 not in named_files(view.data)


def _is_erased(context: DatabaseContext, record_id: str) -> bool:
    server_record = get_server_record(context, record_id)
    return server_record is not None and server_record.is_erased


def _went_with_its_subject(context: DatabaseContext, record_id: str) -> bool:
    """Return whether a record that the server never took answers a comment on an erased one."""
    subjects = (_subject_of(change) for change in changes_of(context, record_id))
    return any(subject and _is_erased(context, subject) for subject in subjects)


def _answers_to(context: DatabaseContext, erased: Sequence[str]) -> list[str]:
    """Return the answers to comments on these records that are drafts, or filed and not settled."""
    if not erased:
        return []
    answer_ids = [
        change.record_id
        for change in shown_changes(context, RecordType.COMMENT_ANSWER)
        if _subject_of(change) in erased
    ]
    return [
        *answer_ids,
        *(draft.record_id for draft in all_drafts(context) if not {*named_in(draft)}.isdisjoint(erased)),
    ]


def _subject_of(change: OwnChange) -> str:
    return text_of(change.set, "record") if change.type == RecordType.COMMENT_ANSWER else ""
