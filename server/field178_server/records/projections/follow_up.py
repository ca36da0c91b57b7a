"""Projection of follow-ups (corrections, decisions, payments), of sanctions, and of later visits' answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, select, update

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import FollowUpAnswerRow, FollowUpProjection, SanctionRow
from field178_server.records.projections.filed import team_of
from field178_server.records.projections.source import ProjectedRecord
from field178_shared.codelists import load
from field178_shared.record_type import RecordType
from field178_shared.records.follow_ups import CLOSING, closed_by
from field178_shared.records.review import ReviewState
from field178_shared.records.sanctions import OFFICE_TYPES, AfterVisit, number_key
from field178_shared.records.value import Value, local_day
from field178_shared.rules.time_limits import decision_due, execution_due
from field178_shared.time import no_day
from field178_shared.time.no_day import day_or_sentinel

TYPES = (RecordType.INSPECTION,)
CORRECTION, DECISION, PAYMENT = "correction", "decision", "payment"
# Alias for console/follow_ups and office/indicators/source.
NO_DAY = no_day.NO_DAY

_VISIT = ("tenant_id", "visit_id")
_PLACE = ("scope", "unit_id", "team_id", "establishment_id", "visited_on")
_LINE = ("line", "kind", "key", "title", "due_on", "own_closed_on", "amount_vnd", "paid_vnd")
_SANCTION = (
    "number_key",
    "decision_id",
    "document_number",
    "document_date",
    "agency_id",
    "sanction_id",
    "amount_vnd",
    "paid_vnd",
    "is_of_field",
)
_ANSWER = (*_VISIT, "asked_visit_id", "follow_up_id")

_ROWS, _ANSWERS = table_of(FollowUpProjection), table_of(FollowUpAnswerRow)
_OF_VISITS = (
    _ROWS.c.tenant_id == bindparam("of_tenant"),
    database.among(_ROWS.c.visit_id, bindparam("visits")),
)
_LOCKED = Prepared(
    select(FollowUpProjection.line)
    .where(FollowUpProjection.tenant_id == bindparam("of_tenant"))
    .where(
        database.among(FollowUpProjection.visit_id, bindparam("visits")),
        FollowUpProjection.kind == CORRECTION,
    )
    .order_by(FollowUpProjection.visit_id, FollowUpProjection.line)
    .with_for_update()
)
_ASKED = Prepared(
    select(FollowUpAnswerRow.asked_visit_id).where(
        FollowUpAnswerRow.tenant_id == bindparam("of_tenant"),
        database.among(FollowUpAnswerRow.asked_visit_id, bindparam("visits")),
    )
)
_ANSWERED = (
    select(func.min(_ANSWERS.c.answered_on))
    .where(
        _ANSWERS.c.tenant_id == _ROWS.c.tenant_id,
        _ANSWERS.c.asked_visit_id == _ROWS.c.visit_id,
        _ANSWERS.c.follow_up_id == _ROWS.c.key,
    )
    .scalar_subquery()
)
_CLOSE = (
    update(_ROWS)
    .where(and_(*_OF_VISITS), _ROWS.c.kind == CORRECTION)
    .values(closed_on=func.coalesce(_ROWS.c.own_closed_on, _ANSWERED))
)


class Line(NamedTuple):
    """A follow-up of a visit: correction, due decision or payment."""

    line: str
    kind: str
    key: str
    title: str
    due_on: date
    closed_on: date | None
    amount_vnd: int | None = None
    paid_vnd: int | None = None


class VisitFollowUps(NamedTuple):
    """Follow-ups of a visit by line, its sanctions by number key, and the corrections that it answers."""

    lines: Mapping[str, Line]
    sanctions: Mapping[str, tuple[object, ...]]
    answers: frozenset[tuple[str, str]]


_NONE = VisitFollowUps({}, {}, frozenset())


class _Change(NamedTuple):
    """A changed visit with its follow-ups before and now."""

    visit: ProjectedRecord
    before: VisitFollowUps
    now: VisitFollowUps


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Write the rows of live visits that are not void, delete others, close answered corrections."""
    changes = [_Change(visit, follow_ups_of(visit.before), follow_ups_of(visit)) for visit in changed]
    answered_visits = {ref[0] for change in changes for ref in change.now.answers ^ change.before.answers}
    if answered_visits:
        # Two concurrent visits that answer one correction wait here, so that each sees the other's answer.
        _LOCKED.rows_by(connection, {"of_tenant": tenant_id, "visits": sorted(answered_visits)})
    _write_lines(connection, tenant_id, changes)
    _write_sanctions(connection, tenant_id, changes)
    _write_answers(connection, tenant_id, changes)
    # Lines are written without answers, which few visits have.
    if visit_ids := [change.visit.record.record_id for change in changes if change.now.lines]:
        rows = _ASKED.rows_by(connection, {"of_tenant": tenant_id, "visits": visit_ids})
        answered_visits.update(visit_id for (visit_id,) in rows)
    if answered_visits:
        visits = database.stored_list(connection, sorted(answered_visits))
        connection.execute(_CLOSE, {"of_tenant": tenant_id, "visits": visits})


def follow_ups_of(projected: ProjectedRecord | None) -> VisitFollowUps:
    """Return the follow-ups, sanctions and answers of a visit; none if it is deleted, erased or void."""
    if projected is None or not _is_counted(projected):
        return _NONE
    record, visit = projected.record, projected.record.value
    groups = (visit.findings, visit.measures, visit.follow_ups, visit.follow_up_answers)
    if not any(groups) and not projected.companions:
        return _NONE
    after = _after_visit(projected)
    # Few visits answer corrections of earlier visits.
    answers = closed_by(record.data) if visit.follow_up_answers else ()
    lines = (*_corrections(visit, after), *_decision(visit, after), *_payments(after))
    return VisitFollowUps(
        lines={line.line: line for line in lines},
        sanctions=dict(_sanctions(after)),
        answers=frozenset(ref for ref in answers if all(ref)),
    )


def _after_visit(projected: ProjectedRecord) -> AfterVisit:
    """Return the evaluated entries of the office beside a visit."""
    entries = {
        companion.record_id: (companion.type, companion.data)
        for companion in projected.companions
        if companion.type in OFFICE_TYPES and not companion.deleted
    }
    return AfterVisit.of_measures(projected.record.value.measures or {}, entries)


def _is_counted(projected: ProjectedRecord) -> bool:
    review = projected.review
    return not projected.is_gone and (review is None or review.value.state != ReviewState.VOID)


def _corrections(visit: Value, after: AfterVisit) -> Iterator[Line]:
    for key, follow_up in (visit.follow_ups or {}).items():
        closed_on = after.closed.get(key)
        if follow_up.status in CLOSING:
            closed_on = closed_on or follow_up.fixed_on or day_or_sentinel(local_day(visit.started_at))
        due_on = day_or_sentinel(follow_up.due_on)
        yield Line(f"{CORRECTION}.{key}", CORRECTION, key, follow_up.text or "", due_on, closed_on)


def _decision(visit: Value, after: AfterVisit) -> Iterator[Line]:
    if visit.findings:
        visited_on = day_or_sentinel(local_day(visit.started_at))
        closed = (decision.document_date or visited_on for decision in after.decisions)
        due_on = day_or_sentinel(decision_due(visit, load(), after))
        yield Line(DECISION, DECISION, "", "", due_on, min(closed, default=None))


def _payments(after: AfterVisit) -> Iterator[Line]:
    for decision in after.decisions:
        if decision.amount_vnd:
            due_on = day_or_sentinel(execution_due(decision, load()))
            closed_on = None if decision.outstanding_vnd else day_or_sentinel(decision.last_paid_on)
            line = f"{PAYMENT}.{decision.decision_id}"
            amounts = (decision.amount_vnd, decision.paid_vnd)
            yield Line(
                line, PAYMENT, decision.decision_id, decision.document_number, due_on, closed_on, *amounts
            )


def _place(projected: ProjectedRecord) -> tuple[object, ...]:
    record, visit = projected.record, projected.record.value
    return (
        record.scope,
        visit.unit_id or None,
        visit.team_id or team_of(record.scope),
        visit.establishment_id or None,
        local_day(visit.started_at),
    )


def _sanctions(after: AfterVisit) -> Iterator[tuple[str, tuple[object, ...]]]:
    for decision in after.decisions:
        # A decision without a number is keyed by its own id.
        key = number_key(decision.document_number) or decision.decision_id
        number = (key, decision.decision_id, decision.document_number, decision.document_date)
        money = (decision.amount_vnd, decision.paid_vnd)
        yield key, (*number, decision.agency_id, decision.sanction_id, *money, decision.is_of_field)


def _write_lines(connection: Connection, tenant_id: str, changes: Sequence[_Change]) -> None:
    rows, stale = [], []
    for visit, before, now in changes:
        key = (tenant_id, visit.record.record_id)
        stale += [(*key, name) for name in before.lines if name not in now.lines]
        if now.lines:
            place = _place(visit)
            rows += [(*key, *place, *line, line.closed_on) for line in now.lines.values()]
    table = table_of(FollowUpProjection)
    bulk.delete(connection, table, (*_VISIT, "line"), stale)
    columns = (*_VISIT, *_PLACE, *_LINE, "closed_on")
    bulk.upsert(connection, table, columns, bulk.stored_dates(connection, rows))


def _write_sanctions(connection: Connection, tenant_id: str, changes: Sequence[_Change]) -> None:
    rows, stale = [], []
    for visit, before, now in changes:
        key = (tenant_id, visit.record.record_id)
        stale += [(*key, number) for number in before.sanctions if number not in now.sanctions]
        if now.sanctions:
            place = _place(visit)
            rows += [(*key, *place, *row) for row in now.sanctions.values()]
    table = table_of(SanctionRow)
    bulk.delete(connection, table, (*_VISIT, "number_key"), stale)
    bulk.upsert(connection, table, (*_VISIT, *_PLACE, *_SANCTION), bulk.stored_dates(connection, rows))


def _write_answers(connection: Connection, tenant_id: str, changes: Sequence[_Change]) -> None:
    rows, stale = [], []
    for visit, before, now in changes:
        key = (tenant_id, visit.record.record_id)
        stale += [(*key, *ref) for ref in sorted(before.answers - now.answers)]
        if now.answers:
            answered_on = day_or_sentinel(local_day(visit.record.value.started_at))
            rows += [(*key, *ref, answered_on) for ref in sorted(now.answers)]
    table = table_of(FollowUpAnswerRow)
    bulk.delete(connection, table, _ANSWER, stale)
    bulk.upsert(connection, table, (*_ANSWER, "answered_on"), bulk.stored_dates(connection, rows))
