"""Projection of filed inspections and outreach sessions, with their reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.models import FiledRecord
from field178_server.records.projections import visited
from field178_server.records.projections.source import ProjectedRecord, SourceRecord
from field178_server.records.searched_texts import texts_of_session, texts_of_visit
from field178_shared.record_type import RecordType
from field178_shared.records.comment_threads import CommentAnswer, CommentThread, is_answered, threads_of
from field178_shared.records.review import ReviewRecord, ReviewState
from field178_shared.records.value import Value, instant, local_day

TYPES = (RecordType.INSPECTION, RecordType.OUTREACH_SESSION)

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
    "occurred_on",
    "kind",
    "outcome",
    "title",
    "attendance_count",
    "first_time_count",
    "rev",
    "user_id",
    "device_id",
    "received_at",
    "changed_at",
    "review_state",
    "review_rev",
    "reviewed_at",
    "drawer",
    "plan_item_id",
    "open_threads",
    "handed_to",
    "folded",
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


class _Content(NamedTuple):
    """Columns that visits and sessions fill from different members."""

    occurred_on: date | None
    kind: str | None
    outcome: str | None
    title: str | None
    attendance_count: int | None
    first_time_count: int | None
    plan_item_id: str | None
    folded: str


def _content_of(record: SourceRecord) -> _Content:
    return (_of_visit if record.type == RecordType.INSPECTION else _of_session)(record.value)


def _of_visit(visit: Value) -> _Content:
    return _Content(
        occurred_on=local_day(visit.started_at),
        kind=visit.inspection_kind or None,
        outcome=visit.overall_result or None,
        title=visit.decision_number or None,
        attendance_count=None,
        first_time_count=None,
        plan_item_id=visit.plan_item_id or None,
        folded=texts_of_visit(visit),
    )


def _of_session(session: Value) -> _Content:
    audiences = (session.audiences or {}).values()
    return _Content(
        occurred_on=session.session_date,
        kind=session.outreach_form_id or None,
        outcome=None,
        title=session.venue or None,
        attendance_count=_sum([audience.attendance_count for audience in audiences]),
        first_time_count=_sum([audience.first_time_count for audience in audiences]),
        plan_item_id=None,
        folded=texts_of_session(session),
    )


def _row(
    connection: Connection, projected: ProjectedRecord, at: object, register: Mapping[str, tuple[str, str]]
) -> tuple[object, ...]:
    record, content = projected.record, _content_of(projected.record)
    unit_id, establishment_id = record.value.unit_id or None, _establishment_of(projected)
    return (
        record.record_id,
        record.type,
        record.scope,
        unit_id,
        record.value.team_id or team_of(record.scope),
        establishment_id,
        *register.get(establishment_id or "", (None, unit_id)),
        bulk.stored_date(connection, content.occurred_on),
        content.kind,
        content.outcome,
        content.title,
        content.attendance_count,
        content.first_time_count,
        record.rev,
        projected.user_id,
        projected.device_id,
        at,
        at,
        *_review_columns(connection, projected.review, at),
        drawer_of(projected),
        content.plan_item_id,
        sum(thread.is_open for thread in _threads(projected)),
        (projected.review.value.handed_to or None) if projected.review else None,
        content.folded,
    )


def _establishment_of(projected: ProjectedRecord) -> str | None:
    is_visit = projected.record.type == RecordType.INSPECTION
    return (projected.record.value.establishment_id or None) if is_visit else None


def _threads(projected: ProjectedRecord) -> tuple[CommentThread, ...]:
    """Return the comment threads of a returned record; any other decision closes all threads."""
    if projected.review is None or projected.review.value.state != ReviewState.RETURNED:
        return ()
    return threads_of(ReviewRecord.from_data(projected.review.data), ())


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


def _review_columns(connection: Connection, review: SourceRecord | None, at: object) -> tuple[object, ...]:
    if review is None:
        return ReviewState.WAITING.value, None, None
    decided_at = instant(review.value.decided_at)
    reviewed_at = at if decided_at is None else bulk.stored_instant(connection, decided_at)
    return review.value.state or "", review.value.record_rev, reviewed_at
