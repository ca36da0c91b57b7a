"""Projection of filed inspections and outreach sessions, with their reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.models import FiledRecord
from field178_server.records.projections import visited
from field178_server.records.projections.source import ProjectedRecord, SourceRecord
from field178_server.records.searched_texts import texts_of_session, texts_of_visit
from field178_shared.record_type import RecordType
from field178_shared.records.comment_threads import CommentAnswer, is_answered, threads_of
from field178_shared.records.review import ReviewRecord, ReviewState
from field178_shared.records.value import Value, instant, local_day

TYPES = (RecordType.INSPECTION, RecordType.OUTREACH_SESSION)

_CONTENT = (
    "occurred_on",
    "kind",
    "outcome",
    "title",
    "attendance_count",
    "first_time_count",
    "plan_item_id",
    "folded",
)
_REVIEW = ("review_state", "review_rev", "reviewed_at", "drawer", "open_threads", "handed_to")
_WITHOUT_REVIEW = (ReviewState.WAITING.value, None, None, ReviewState.WAITING.value, 0, None)
_COLUMNS = (
    "tenant_id",
    "record_id",
    "type",
    "scope",
    "unit_id",
    "team_id",
    "establishment_id",
    "register_type_id",
    "register_unit_id",
    *_CONTENT,
    "rev",
    "user_id",
    "device_id",
    "received_at",
    "changed_at",
    *_REVIEW,
)
# Author, device and time of receipt are those of the first revision.
_FIRST_ONLY = ("user_id", "device_id", "received_at")


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Upsert the rows of live records, delete the rows of deleted and erased ones."""
    table = table_of(FiledRecord)
    at = bulk.stored_instant(connection, now)
    live = [projected for projected in changed if not projected.is_gone]
    gone = [(tenant_id, projected.record.record_id) for projected in changed if projected.is_gone]
    register = visited.register_of(
        connection,
        tenant_id,
        {establishment_id for projected in live if (establishment_id := _establishment_of(projected))},
    )
    for has_time in (False, True):
        # The time of a review by an older server is only in the row: it MUST be kept.
        keep = _FIRST_ONLY if has_time else (*_FIRST_ONLY, "reviewed_at")
        rows = [
            (tenant_id, *_row(connection, projected, at, register))
            for projected in live
            if _has_review_time(projected) == has_time
        ]
        bulk.upsert(connection, table, _COLUMNS, rows, keep=keep)
    bulk.delete(connection, table, ("tenant_id", "record_id"), gone)


def drawer_of(projected: ProjectedRecord) -> str:
    """Return the review drawer of a live filed record: its state by who acts next."""
    if projected.review is None:
        return ReviewState.WAITING.value
    state, seen = projected.review.value.state or "", projected.review.value.record_rev or 0
    if state != ReviewState.RETURNED:
        return state
    is_back = projected.record.rev > seen or _is_answered(projected, projected.review)
    return (ReviewState.WAITING if is_back else ReviewState.RETURNED).value


def _content_of(connection: Connection, record: SourceRecord) -> tuple[object, ...]:
    """Return the columns that visits and sessions fill from different members, `_CONTENT`."""
    return (_of_visit if record.type == RecordType.INSPECTION else _of_session)(connection, record.value)


def _of_visit(connection: Connection, visit: Value) -> tuple[object, ...]:
    return (
        bulk.stored_date(connection, local_day(visit.started_at)),
        visit.inspection_kind or None,
        visit.overall_result or None,
        visit.decision_number or None,
        None,
        None,
        visit.plan_item_id or None,
        texts_of_visit(visit),
    )


def _of_session(connection: Connection, session: Value) -> tuple[object, ...]:
    audiences = (session.audiences or {}).values()
    return (
        bulk.stored_date(connection, session.session_date),
        session.outreach_form_id or None,
        None,
        session.venue or None,
        _sum([audience.attendance_count for audience in audiences]),
        _sum([audience.first_time_count for audience in audiences]),
        None,
        texts_of_session(session),
    )


def _row(
    connection: Connection, projected: ProjectedRecord, at: object, register: Mapping[str, tuple[str, str]]
) -> tuple[object, ...]:
    record, establishment_id = projected.record, _establishment_of(projected)
    unit_id = record.value.unit_id or None
    return (
        record.record_id,
        record.type,
        record.scope,
        unit_id,
        record.value.team_id or team_of(record.scope),
        establishment_id,
        *register.get(establishment_id or "", (None, unit_id)),
        *_content_of(connection, record),
        record.rev,
        projected.user_id,
        projected.device_id,
        at,
        at,
        *_review_columns(connection, projected, at),
    )


def _establishment_of(projected: ProjectedRecord) -> str | None:
    is_visit = projected.record.type == RecordType.INSPECTION
    return (projected.record.value.establishment_id or None) if is_visit else None


def _is_answered(projected: ProjectedRecord, review: SourceRecord) -> bool:
    answers = (
        CommentAnswer.from_data(companion.record_id, companion.data)
        for companion in projected.companions
        if companion.type == RecordType.COMMENT_ANSWER and not companion.deleted
    )
    return is_answered(ReviewRecord.from_data(review.data), answers)


def _has_review_time(projected: ProjectedRecord) -> bool:
    """Return whether the time of the review is in the review, or is now because it is its first revision."""
    if projected.review is None or projected.review.value.decided_at is not None:
        return projected.review is not None
    return projected.reviewed_now and (projected.before is None or projected.before.review is None)


def team_of(scope: str) -> str | None:
    """Return the team of a team scope; None for another scope."""
    kind, _, team = scope.partition(":")
    return team if kind == "team" else None


def _sum(counts: Sequence[int | None]) -> int | None:
    present = [count for count in counts if count is not None]
    return sum(present) if present else None


def _review_columns(connection: Connection, projected: ProjectedRecord, at: object) -> tuple[object, ...]:
    review = projected.review
    if review is None:
        return _WITHOUT_REVIEW
    state, decided_at = review.value.state or "", instant(review.value.decided_at)
    # Any other decision closes all threads.
    threads = threads_of(ReviewRecord.from_data(review.data), ()) if state == ReviewState.RETURNED else ()
    return (
        state,
        review.value.record_rev,
        at if decided_at is None else bulk.stored_instant(connection, decided_at),
        drawer_of(projected),
        sum(thread.is_open for thread in threads),
        review.value.handed_to or None,
    )
