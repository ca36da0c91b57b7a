"""Rows of what visits began: corrections, decisions that are due, fines; and of decisions to count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from field178_shared.records.follow_ups import CLOSING, closed_by
from field178_shared.records.reading import day_of, day_of_act, entries_of, text_of
from field178_shared.records.review import ReviewState
from field178_shared.records.sanctions import OFFICE_TYPES, AfterVisit, number_key
from field178_shared.rules.time_limits import decision_due, execution_due
from field178_shared.time import no_day
from field178_shared.time.no_day import day_or_sentinel

TYPES = ("inspection",)
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
    """One thing that a visit began."""

    line: str
    kind: str
    key: str
    title: str
    due_on: date
    closed_on: date | None
    amount_vnd: int | None = None
    paid_vnd: int | None = None


class Begun(NamedTuple):
    """What a visit began, and what it answers: lines by name, sanctions by number, keys of corrections."""

    lines: Mapping[str, Line]
    sanctions: Mapping[str, tuple[object, ...]]
    answers: frozenset[tuple[str, str]]


class _Change(NamedTuple):
    """A changed visit, what it began before and what it begins now."""

    visit: ProjectedRecord
    before: Begun
    now: Begun


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Write the rows of live visits that are not void, drop the others, then close what was answered."""
    changes = [_Change(one, begun_by(one.before), begun_by(one)) for one in changed]
    asked = {ref[0] for one in changes for ref in one.now.answers ^ one.before.answers}
    if asked:
        # Two visits that answer one correction at once wait here: each then sees the answer of the other.
        _LOCKED.rows_by(connection, {"of_tenant": tenant_id, "visits": sorted(asked)})
    _write_lines(connection, tenant_id, changes)
    _write_sanctions(connection, tenant_id, changes)
    _write_answers(connection, tenant_id, changes)
    asked.update(
        one.visit.record.record_id
        for one in changes
        if any(line.kind == CORRECTION for line in one.now.lines.values())
    )
    if asked:
        visits = database.stored_list(connection, sorted(asked))
        connection.execute(_CLOSE, {"of_tenant": tenant_id, "visits": visits})


def begun_by(projected: ProjectedRecord | None) -> Begun:
    """Return what a visit began; nothing for one that is gone or void."""
    if projected is None or not _is_counted(projected):
        return Begun({}, {}, frozenset())
    after = after_visit(projected)
    lines = (*_corrections(projected, after), *_decision(projected, after), *_payments(after))
    return Begun(
        lines={one.line: one for one in lines},
        sanctions=dict(_sanctions(after)),
        answers=frozenset(ref for ref in closed_by(projected.record.data) if all(ref)),
    )


def after_visit(projected: ProjectedRecord) -> AfterVisit:
    """Return what the office entered beside a visit."""
    entries = {
        one.record_id: (one.type, one.data)
        for one in projected.companions
        if one.type in OFFICE_TYPES and not one.deleted
    }
    return AfterVisit.of(projected.record.data, entries)


def _is_counted(projected: ProjectedRecord) -> bool:
    review = projected.review
    return not projected.is_gone and (review is None or text_of(review.data, "state") != ReviewState.VOID)


def _corrections(projected: ProjectedRecord, after: AfterVisit) -> Iterator[Line]:
    visited_on = day_of_act(projected.record.data)
    for key, row in entries_of(projected.record.data, "follow_ups").items():
        closed_on = after.closed.get(key)
        if text_of(row, "status") in CLOSING:
            closed_on = closed_on or day_of(row, "fixed_on") or day_or_sentinel(visited_on)
        due_on = day_or_sentinel(day_of(row, "due_on"))
        yield Line(f"{CORRECTION}.{key}", CORRECTION, key, text_of(row, "text"), due_on, closed_on)


def _decision(projected: ProjectedRecord, after: AfterVisit) -> Iterator[Line]:
    data = projected.record.data
    if entries_of(data, "findings"):
        closed = (one.document_date or day_or_sentinel(day_of_act(data)) for one in after.decisions)
        due_on = day_or_sentinel(decision_due(data, load(), after))
        yield Line(DECISION, DECISION, "", "", due_on, min(closed, default=None))


def _payments(after: AfterVisit) -> Iterator[Line]:
    for one in after.decisions:
        if one.amount_vnd:
            due_on = day_or_sentinel(execution_due(one, load()))
            closed_on = None if one.outstanding_vnd else day_or_sentinel(one.last_paid_on)
            line = f"{PAYMENT}.{one.decision_id}"
            amounts = (one.amount_vnd, one.paid_vnd)
            yield Line(line, PAYMENT, one.decision_id, one.document_number, due_on, closed_on, *amounts)


def _place(projected: ProjectedRecord) -> tuple[object, ...]:
    record = projected.record
    return (
        record.scope,
        text_of(record.data, "unit_id") or None,
        text_of(record.data, "team_id") or team_of(record.scope),
        text_of(record.data, "establishment_id") or None,
        day_of_act(record.data),
    )


def _sanctions(after: AfterVisit) -> Iterator[tuple[str, tuple[object, ...]]]:
    for one in after.decisions:
        # One without a number is its own: nothing tells it from another.
        key = number_key(one.document_number) or one.decision_id
        number = (key, one.decision_id, one.document_number, one.document_date)
        money = (one.amount_vnd, one.paid_vnd)
        yield key, (*number, one.agency_id, one.sanction_id, *money, one.is_of_field)


def _write_lines(connection: Connection, tenant_id: str, changes: Sequence[_Change]) -> None:
    rows, stale = [], []
    for visit, before, now in changes:
        key = (tenant_id, visit.record.record_id)
        stale += [(*key, name) for name in before.lines if name not in now.lines]
        rows += [(*key, *_place(visit), *line, line.closed_on) for line in now.lines.values()]
    table = table_of(FollowUpProjection)
    bulk.delete(connection, table, (*_VISIT, "line"), stale)
    columns = (*_VISIT, *_PLACE, *_LINE, "closed_on")
    bulk.upsert(connection, table, columns, _stored(connection, rows))


def _write_sanctions(connection: Connection, tenant_id: str, changes: Sequence[_Change]) -> None:
    rows, stale = [], []
    for visit, before, now in changes:
        key = (tenant_id, visit.record.record_id)
        stale += [(*key, number) for number in before.sanctions if number not in now.sanctions]
        rows += [(*key, *_place(visit), *row) for row in now.sanctions.values()]
    table = table_of(SanctionRow)
    bulk.delete(connection, table, (*_VISIT, "number_key"), stale)
    bulk.upsert(connection, table, (*_VISIT, *_PLACE, *_SANCTION), _stored(connection, rows))


def _write_answers(connection: Connection, tenant_id: str, changes: Sequence[_Change]) -> None:
    rows, stale = [], []
    for visit, before, now in changes:
        key = (tenant_id, visit.record.record_id)
        stale += [(*key, *ref) for ref in sorted(before.answers - now.answers)]
        if now.answers:
            answered_on = day_or_sentinel(day_of_act(visit.record.data))
            rows += [(*key, *ref, answered_on) for ref in sorted(now.answers)]
    table = table_of(FollowUpAnswerRow)
    bulk.delete(connection, table, _ANSWER, stale)
    bulk.upsert(connection, table, (*_ANSWER, "answered_on"), _stored(connection, rows))


def _stored(connection: Connection, rows: Iterable[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return the rows as the engine takes their dates."""
    return [
        tuple(bulk.stored_date(connection, one) if isinstance(one, date) else one for one in row)
        for row in rows
    ]
