"""Hand-over of the open work of an officer to another officer, and its undo."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.office_write import put_record
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import HandOver
from field178_server.office.people.queries import is_untouched, open_records, successors
from field178_server.records.access import AccessFilter
from field178_server.records.batch import Batch
from field178_server.records.review_states import is_corrected
from field178_server.records.stored_record import Stored, next_revision
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.reading import count_of, text_of
from field178_shared.records.review import HANDED_TO, ReviewState


def hand_over(
    session: Session, context: OperationContext, access: AccessFilter, officer_id: str, to_id: str
) -> str:
    """Hand the returned records of an officer over to another officer; return the id of the hand-over.

    Records outside the other officer's scopes are skipped. Raises AppError: not_found for an officer who can
    take no record, revision_changed if no record is left.
    """
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    records = open_records(session, context.tenant_id, access, officer_id)
    batch.load(record.record_id for record in records)
    able = {
        successor.officer_id: successor
        for successor in successors(session, context.tenant_id, officer_id, records)
    }
    if not records:
        raise AppError(ErrorCode.REVISION_CHANGED, officer=officer_id)
    if to_id not in able:
        raise AppError(ErrorCode.NOT_FOUND, officer=to_id)
    own = officers.scopes_of(session, context.tenant_id, to_id)
    given = {}
    for record_id in (returned.record_id for returned in records):
        record, review = batch.get(record_id), batch.review_of(record_id)
        if record is not None and review is not None and record.scope in own and _is_open(record, review):
            made = next_revision(review, data={**review.data, HANDED_TO: to_id})
            put_record(batch, context, made)
            before = text_of(review.data, HANDED_TO) or None
            given[record_id] = {"rev": record.rev, "review_rev": made.rev, "before": before}
    if not given:
        raise AppError(ErrorCode.REVISION_CHANGED, officer=officer_id)
    batch.flush()
    hand_over_id = context.ids.time_ordered()
    session.add(
        HandOver(
            tenant_id=context.tenant_id,
            hand_over_id=hand_over_id,
            from_id=officer_id,
            to_id=to_id,
            made_by=context.actor.id,
            made_at=context.now(),
            records=json.dumps(given, sort_keys=True),
        )
    )
    context.note(
        session, AuditEntry("work_handed_over", officer_id, details={"to": to_id, "count": len(given)})
    )
    return hand_over_id


def undo(session: Session, context: OperationContext, officer_id: str, hand_over_id: str) -> None:
    """Undo a hand-over; raises AppError(revision_changed) if a record or review changed since."""
    query = select(HandOver).where(
        HandOver.tenant_id == context.tenant_id,
        HandOver.hand_over_id == hand_over_id,
        HandOver.from_id == officer_id,
    )
    made = session.scalars(query.with_for_update()).first()
    if made is None:
        raise AppError(ErrorCode.NOT_FOUND, hand_over=hand_over_id)
    given: Mapping[str, Mapping[str, object]] = json.loads(made.records)
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    batch.load(given)
    if made.undone_at is not None or not is_untouched(given, _revisions(batch, given)):
        raise AppError(ErrorCode.REVISION_CHANGED, hand_over=hand_over_id)
    for record_id, handed in given.items():
        review = batch.review_of(record_id)
        assert review is not None
        data = {name: value for name, value in review.data.items() if name != HANDED_TO}
        if handed["before"]:
            data[HANDED_TO] = handed["before"]
        put_record(batch, context, next_revision(review, data=data))
    batch.flush()
    made.undone_by, made.undone_at = context.actor.id, context.now()
    details: dict[str, str | int | None] = {"to": made.to_id, "count": len(given)}
    context.note(session, AuditEntry("hand_over_undone", officer_id, details=details))


def _is_open(record: Stored, review: Stored) -> bool:
    state, reviewed_rev = text_of(review.data, "state"), count_of(review.data, "record_rev")
    is_returned = state == ReviewState.RETURNED and not is_corrected(state, record.rev, reviewed_rev)
    return is_returned and not record.deleted


def _revisions(batch: Batch, record_ids: Mapping[str, object]) -> dict[str, tuple[int, int]]:
    pairs = {record_id: (batch.get(record_id), batch.review_of(record_id)) for record_id in record_ids}
    return {
        record_id: (record.rev, review.rev)
        for record_id, (record, review) in pairs.items()
        if record is not None and review is not None
    }
