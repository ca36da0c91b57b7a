"""Records to count, with their companion data: office entries, closed corrections and review decisions."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Generic, TypeVarTuple

import msgspec
from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from field178_server.database import engine as database
from field178_server.database.fast.prepared import Prepared, rows_together
from field178_server.database.models import Audit, FiledRecord, FollowUpAnswerRow, FollowUpProjection, Record
from field178_server.office.indicators.source.assigned_places import AssignedPlaces
from field178_server.records.find_record import FILED_TYPES
from field178_server.records.projections.follow_up import CORRECTION
from field178_shared.codelists import CodeLists
from field178_shared.indicators.events import CountedRecord
from field178_shared.record_type import RecordType
from field178_shared.records.commune import COMMUNE_TYPES
from field178_shared.records.reading import Data, count_of, text_of
from field178_shared.records.returns import RETURN_TYPES
from field178_shared.records.review import ReviewState
from field178_shared.records.sanctions import OFFICE_TYPES
from field178_shared.time.no_day import NO_DAY, day_or_none
from field178_shared.wire.protocol import ERASED_AT

# Types without review: their records count as soon as they are stored.
PLAIN_TYPES = frozenset(
    {
        RecordType.ESTABLISHMENT,
        RecordType.TEAM,
        RecordType.PLAN_ITEM,
        *COMMUNE_TYPES,
        *RETURN_TYPES,
        RecordType.REPORT_SUBMISSION,
    }
)
_RETURNED, _REVIEWED = "review_returned", ("review_approved", "review_returned", "review_void")
STEP = 1000
Ids = Collection[str] | None
# Closing days of corrections: visit id -> correction key -> day.
ClosedOn = dict[str, dict[str, date]]
# Office entries: visit id -> entry id -> (type, content).
Entries = dict[str, dict[str, tuple[str, dict[str, object]]]]
TENANT: BindParameter[str] = bindparam("tenant_id")
Columns = TypeVarTuple("Columns")
Rows = Iterable[tuple[Any, ...]]
_decode = msgspec.json.decode


class _StoredRows(Generic[*Columns]):
    """A query for all records of a tenant, and the same query for some ids.

    `of_all`: condition of the query for all records only. With a condition beside ids, SQLite may read all
    rows that meet the condition.
    """

    def __init__(
        self,
        query: Select[*Columns],
        column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
        of_all: ColumnElement[bool] | None = None,
    ) -> None:
        self.of_all = query.where(true() if of_all is None else of_all)
        self.of_some = Prepared(query.where(database.among(column, bindparam("ids"))))


def _read(session: Session, tenant_id: str, ids: Ids, *queries: _StoredRows[*tuple[Any, ...]]) -> list[Rows]:
    values: dict[str, object] = {"tenant_id": tenant_id}
    if ids is None:
        return [session.execute(query.of_all, values).yield_per(STEP) for query in queries]
    values["ids"] = sorted(set(ids))
    return list(rows_together(session, *((query.of_some, values) for query in queries)))


_WRITTEN = _StoredRows(
    select(Record.record_id, Record.type, Record.body, FiledRecord.review_state, FiledRecord.received_at)
    .outerjoin(
        FiledRecord,
        and_(FiledRecord.tenant_id == Record.tenant_id, FiledRecord.record_id == Record.record_id),
    )
    .where(Record.tenant_id == TENANT, Record.deleted.is_(False)),
    Record.record_id,
    Record.type.in_(sorted({*PLAIN_TYPES, *FILED_TYPES})),
)
_ENTRIES = _StoredRows(
    select(Record.subject_id, Record.record_id, Record.type, Record.body).where(
        Record.tenant_id == TENANT, Record.deleted.is_(False)
    ),
    Record.subject_id,
    Record.type.in_(sorted(OFFICE_TYPES)),
)
# Without a condition on the days: SQLite would read the index of all closed corrections.
_CORRECTIONS = _StoredRows(
    select(
        FollowUpProjection.visit_id,
        FollowUpProjection.key,
        FollowUpProjection.closed_on,
        FollowUpProjection.own_closed_on,
    ).where(FollowUpProjection.tenant_id == TENANT, FollowUpProjection.kind == CORRECTION),
    FollowUpProjection.visit_id,
)
_ANSWERS = _StoredRows(
    select(
        FollowUpAnswerRow.asked_visit_id,
        FollowUpAnswerRow.follow_up_id,
        FollowUpAnswerRow.answered_on,
        FiledRecord.review_state,
    )
    .join(
        FiledRecord,
        and_(
            FiledRecord.tenant_id == FollowUpAnswerRow.tenant_id,
            FiledRecord.record_id == FollowUpAnswerRow.visit_id,
        ),
    )
    .where(FollowUpAnswerRow.tenant_id == TENANT),
    FollowUpAnswerRow.asked_visit_id,
)
_ANSWERING = Prepared(
    select(FollowUpAnswerRow.visit_id).where(
        FollowUpAnswerRow.tenant_id == TENANT,
        database.among(FollowUpAnswerRow.asked_visit_id, bindparam("ids")),
    )
)
_DECIDED = _StoredRows(
    select(Audit.object_id, Audit.action).where(Audit.tenant_id == TENANT).distinct(),
    Audit.object_id,
    Audit.action.in_(_REVIEWED),
)


def records_to_count(
    session: Session, tenant_id: str, lists: CodeLists, ids: Ids = None
) -> Iterator[CountedRecord]:
    """Yield the records that count, all or those of `ids`, with their companion data."""
    records = records_as_written(session, tenant_id, ids)
    if ids is not None:
        return with_companions(session, tenant_id, lists, list(records))
    places = AssignedPlaces.of_all(session, tenant_id, lists)
    return _with_companions(
        session, tenant_id, records, places, _FiledCompanions.read(session, tenant_id, None)
    )


def with_companions(
    session: Session, tenant_id: str, lists: CodeLists, records: Sequence[CountedRecord]
) -> Iterator[CountedRecord]:
    """Yield records as written with their companion data."""
    filed = [record for record in records if record.type in FILED_TYPES]
    places = AssignedPlaces.of_records(session, tenant_id, lists, filed)
    ids = [record.record_id for record in filed]
    companions = _FiledCompanions.read(session, tenant_id, ids) if ids else _FiledCompanions()
    return _with_companions(session, tenant_id, records, places, companions)


def _with_companions(
    session: Session,
    tenant_id: str,
    records: Iterable[CountedRecord],
    places: AssignedPlaces,
    companions: _FiledCompanions,
) -> Iterator[CountedRecord]:
    plans: list[CountedRecord] = []
    for record in records:
        if record.type == RecordType.COMMUNE_PLAN:
            plans.append(record)
        else:
            yield (
                places.with_place_unit(companions.attached_to(record))
                if record.type in FILED_TYPES
                else record
            )
    if plans:
        replaced = _replaced_plans(session, tenant_id)
        yield from (
            replace(plan, is_replaced=_key_of(plan.record_id, plan.data) in replaced) for plan in plans
        )


def records_as_written(session: Session, tenant_id: str, ids: Ids = None) -> Iterator[CountedRecord]:
    """Yield the records that count without companion data. Deleted, void and erased records are skipped."""
    [rows] = _read(session, tenant_id, ids, _WRITTEN)
    for record_id, type_, body, state, received_at in rows:
        if type_ in FILED_TYPES and state not in (None, ReviewState.VOID):
            yield CountedRecord(
                record_id=record_id,
                type=type_,
                data=_decode(body),
                is_approved=state == ReviewState.APPROVED,
                received_at=received_at,
            )
        # An erased record has no data, not even a unit.
        elif type_ in PLAIN_TYPES and (data := _decode(body)) and data.keys() != {ERASED_AT}:
            yield CountedRecord(record_id=record_id, type=type_, data=data)


def entries_beside(session: Session, tenant_id: str, visit_ids: Container[str]) -> Mapping[str, set[str]]:
    """Return the ids of office entries on these visits and sessions, by visit id."""
    query = select(Record.subject_id, Record.record_id).where(
        Record.tenant_id == tenant_id, Record.deleted.is_(False), Record.type.in_(sorted(OFFICE_TYPES))
    )
    entry_ids: dict[str, set[str]] = {}
    for visit_id, record_id in session.execute(query).yield_per(STEP):
        if visit_id in visit_ids:
            entry_ids.setdefault(str(visit_id), set()).add(record_id)
    return entry_ids


@dataclass(frozen=True, slots=True)
class _FiledCompanions:
    """Companion data of visits and sessions, by record id."""

    entries: Entries = field(default_factory=dict)
    closed_on: ClosedOn = field(default_factory=dict)
    closed_by_approved: ClosedOn = field(default_factory=dict)
    decided: Mapping[str, set[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, session: Session, tenant_id: str, ids: Ids) -> _FiledCompanions:
        entries, corrections, answers, decided = _read(
            session, tenant_id, ids, _ENTRIES, _CORRECTIONS, _ANSWERS, _DECIDED
        )
        return cls(_entries(entries), *_closed_on(corrections, answers), _decided(decided))

    def attached_to(self, record: CountedRecord) -> CountedRecord:
        record_id = record.record_id
        if not any(record_id in of_kind for of_kind in (self.decided, self.entries, self.closed_on)):
            return record
        return replace(
            record,
            was_reviewed=record_id in self.decided,
            was_returned=_RETURNED in self.decided.get(record_id, ()),
            entries=self.entries.get(record_id, {}),
            closed_on=self.closed_on.get(record_id, {}),
            closed_by_approved=self.closed_by_approved.get(record_id),
        )


def answering_visits(session: Session, tenant_id: str, ids: Collection[str]) -> set[str]:
    """Return the ids of visits that answer corrections of these visits."""
    rows = _ANSWERING.rows(session, {"tenant_id": tenant_id, "ids": sorted(ids)})
    return {visit_id for (visit_id,) in rows}


def replacing_plans(session: Session, tenant_id: str, ids: Container[str]) -> set[str]:
    """Return the ids of commune plans that replace these commune plans."""
    plans = select(Record.record_id, Record.body).where(
        Record.tenant_id == tenant_id, Record.type == RecordType.COMMUNE_PLAN, Record.deleted.is_(False)
    )
    rows = session.execute(plans)
    return {record_id for record_id, body in rows if text_of(_decode(body), "replaces") in ids}


def _replaced_plans(session: Session, tenant_id: str) -> set[tuple[str, int | None]]:
    """Return id and year of the commune plans that a later plan of the same year replaces."""
    query = select(Record.body).where(
        Record.tenant_id == tenant_id, Record.type == RecordType.COMMUNE_PLAN, Record.deleted.is_(False)
    )
    bodies = map(_decode, session.scalars(query))
    return {_key_of(text_of(data, "replaces"), data) for data in bodies if data.get("replaces")}


def _key_of(record_id: str, data: Data) -> tuple[str, int | None]:
    return record_id, count_of(data, "year")


def _entries(rows: Rows) -> Entries:
    """Return the office entries by visit id."""
    entries: Entries = {}
    for visit_id, record_id, type_, body in rows:
        if type_ in OFFICE_TYPES:
            entries.setdefault(str(visit_id), {})[record_id] = (type_, _decode(body))
    return entries


def _closed_on(corrections: Rows, answers: Rows) -> tuple[ClosedOn, ClosedOn]:
    """Return the closing days of corrections: by all answering visits, and by approved visits only.

    The second mapping contains only visits with a correction that a visit in review has closed.
    """
    every, by_office = ClosedOn(), ClosedOn()
    for visit_id, key, closed_on, own_closed_on in corrections:
        for days, stored in ((every, closed_on), (by_office, own_closed_on)):
            if (day := day_or_none(stored)) is not None:
                days.setdefault(visit_id, {})[key] = day
    waiting, approved = _answered(answers) if every else ({}, {})
    return every, {
        visit_id: {
            key: on
            for key, day in every[visit_id].items()
            if (
                on := (by_office.get(visit_id, {}).get(key) or approved.get(visit_id, {}).get(key))
                if key in keys
                else day
            )
        }
        for visit_id, keys in waiting.items()
        if visit_id in every
    }


def _answered(rows: Rows) -> tuple[dict[str, set[str]], ClosedOn]:
    """Return the corrections closed by visits in review, and the closing days by approved visits."""
    waiting: dict[str, set[str]] = {}
    approved = ClosedOn()
    for visit_id, key, answered_on, state in rows:
        if state != ReviewState.APPROVED:
            waiting.setdefault(visit_id, set()).add(key)
        elif answered_on < approved.setdefault(visit_id, {}).get(key, NO_DAY):
            approved[visit_id][key] = answered_on
    return waiting, approved


def _decided(rows: Rows) -> dict[str, set[str]]:
    """Return all review actions of filed records by record id."""
    actions: dict[str, set[str]] = {}
    for record_id, action in rows:
        if action in _REVIEWED:
            actions.setdefault(str(record_id), set()).add(action)
    return actions
