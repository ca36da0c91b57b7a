"""Queries of the first page: records that wait, sessions of a month by commune, approved figures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.orm import Session

from field178_server.audit.actions import ACTIONS, ActionKind
from field178_server.audit.queries import is_shown
from field178_server.database.models import Audit, FiledCount, FiledRecord
from field178_server.records.access import AccessFilter
from field178_server.records.review_states import IS_APPROVED, IS_NOT_VOID, IS_WAITING, is_unanswered
from field178_shared.record_type import RecordType
from field178_shared.records.outreach_session import FORM_OF_VISIT
from field178_shared.records.review import ReviewState


@dataclass(frozen=True, slots=True)
class QueueToday:
    """The state of the review queue; `oldest` is when the longest waiting record arrived."""

    waiting: int
    oldest: datetime | None
    returned: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class ApprovedFigures:
    """Totals of approved records of a period."""

    visits: int
    visits_with_findings: int
    sessions: int
    attendances: int


def queue_today(session: Session, tenant_id: str, access: AccessFilter, now: datetime) -> QueueToday:
    """Return what waits for the office and for its teams, in one statement.

    The counts are kept with the records: a tenth of a large store may wait.
    """
    of_drawer = FiledRecord.tenant_id == tenant_id, access.covers(FiledRecord.scope)
    oldest = select(func.min(FiledRecord.received_at)).where(*of_drawer, IS_WAITING)
    unanswered = select(func.count()).where(*of_drawer, is_unanswered(now))
    query = select(
        _stored_count(tenant_id, access, ReviewState.WAITING),
        oldest.scalar_subquery(),
        _stored_count(tenant_id, access, ReviewState.RETURNED),
        unanswered.scalar_subquery(),
    )
    return QueueToday(*session.execute(query).one())


def _stored_count(tenant_id: str, access: AccessFilter, drawer: ReviewState) -> ColumnElement[int]:
    query = select(func.coalesce(func.sum(FiledCount.record_count), 0)).where(
        FiledCount.tenant_id == tenant_id, access.covers(FiledCount.scope), FiledCount.drawer == drawer
    )
    return query.scalar_subquery()


def sessions_by_unit(
    session: Session, tenant_id: str, unit_ids: Collection[str], since: date, until: date
) -> dict[str, int]:
    """Return the number of outreach sessions that each commune held in a period.

    Void ones do not count, nor do talks held during an inspection.
    """
    query = (
        select(FiledRecord.unit_id, func.count())
        .where(
            FiledRecord.tenant_id == tenant_id,
            FiledRecord.type == RecordType.OUTREACH_SESSION,
            FiledRecord.unit_id.in_(sorted(unit_ids)),
            FiledRecord.occurred_on.between(since, until),
            IS_NOT_VOID,
            # The form of outreach of a session.
            FiledRecord.kind != FORM_OF_VISIT,
        )
        .group_by(FiledRecord.unit_id)
    )
    return {unit_id: count for unit_id, count in session.execute(query) if unit_id}


def approved_figures(
    session: Session, tenant_id: str, unit_ids: Collection[str], since: date, until: date
) -> ApprovedFigures:
    """Return the totals of approved records of a period; no units named: of the whole district."""
    is_visit, is_session = (
        FiledRecord.type == RecordType.INSPECTION,
        FiledRecord.type == RecordType.OUTREACH_SESSION,
    )
    has_findings = FiledRecord.outcome.in_(("violation_recorded", "handed_to_police"))
    query = select(
        _count(is_visit),
        _count(is_visit & has_findings),
        _count(is_session),
        func.coalesce(func.sum(case((is_session, FiledRecord.attendance_count), else_=0)), 0),
    ).where(
        FiledRecord.tenant_id == tenant_id,
        IS_APPROVED,
        FiledRecord.occurred_on.between(since, until),
        FiledRecord.unit_id.in_(sorted(unit_ids)) if unit_ids else true(),
    )
    return ApprovedFigures(*session.execute(query).one())


def count_openings(session: Session, tenant_id: str, since: datetime, today: date) -> int:
    """Return how often records, files and papers were opened since an instant, as readers see it today."""
    query = select(func.count()).where(
        Audit.tenant_id == tenant_id,
        Audit.at >= since,
        Audit.action.in_(ACTIONS[ActionKind.READING]),
        is_shown(today),
    )
    return session.scalar(query) or 0


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
