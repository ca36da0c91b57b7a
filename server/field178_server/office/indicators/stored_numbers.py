"""Records behind a number of a large store, from the stored counts; records are read for one page only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from field178_server.database.models import IndicatorSubject
from field178_server.office.indicators.counted_facts import CountedFacts, FigureQuestion
from field178_server.office.indicators.numbers import CountedRow, rows_of
from field178_server.office.indicators.source.counted_records import establishment_aliases
from field178_server.office.indicators.source.links import RECORD, Subject, linked_records
from field178_server.office.indicators.source.merges import ends_of, merge_steps
from field178_server.office.indicators.source.plans import plans_ending_in
from field178_server.office.indicators.source.records import records_to_count
from field178_server.office.indicators.totals.basis import aggregates_in_force
from field178_server.office.indicators.totals.counts import APPROVED, WAITING, Codec
from field178_server.office.indicators.totals.recounting import Recounting, part_of
from field178_shared.codelists import Indicator
from field178_shared.formulas.figures import Aggregate, Formula
from field178_shared.indicators.areas import CountedArea
from field178_shared.indicators.buckets import half_months_in
from field178_shared.indicators.periods import Period
from field178_shared.indicators.reads import record_types_of
from field178_shared.indicators.record_counts import of_event
from field178_shared.indicators.subjects import ESTABLISHMENT, RECORD_KINDS
from field178_shared.record_type import RecordType

_STEP = 2_000
_PLANS = 200


@dataclass(frozen=True, slots=True)
class StoredNumber:
    """A number of an indicator: its formula, period and area, and whether records in review count."""

    question: FigureQuestion
    indicator: Indicator
    formula: Formula
    period: Period
    area: CountedArea
    with_waiting: bool = False


def rows_from_totals(session: Session, tenant_id: str, number: StoredNumber) -> tuple[CountedRow, ...]:
    """Return a row for each record and entity that a number counts. `with_records` adds days and records.

    Records are ordered by half-month, newest first; entities are ordered by id.
    """
    codec = Codec(aggregates_in_force(number.question.lists).all)
    rows: list[CountedRow] = []
    for group, aggregate in enumerate(number.formula.aggregates):
        if aggregate.of == RecordType.PLAN_ITEM:
            dated_rows = list(_planned(session, tenant_id, number, aggregate))
        else:
            dated_rows = list(_subjects(session, tenant_id, number, aggregate, codec))
        dated_rows.sort(key=lambda pair: pair[1].key)
        dated_rows.sort(key=lambda pair: pair[0], reverse=True)
        rows += [replace(row, group=group) for _, row in dated_rows]
    return tuple(rows)


def with_records(
    session: Session, tenant_id: str, number: StoredNumber, rows: Sequence[CountedRow]
) -> tuple[CountedRow, ...]:
    """Return the rows with their days and records. Only records of these rows are read."""
    entities = {(row.source, row.key) for row in rows if number.formula.aggregates[row.group].is_of_entities}
    read = {key for kind, key in entities if kind in RECORD_KINDS}
    read |= {row.key for row in rows if (row.source, row.key) not in entities}
    read |= _records_of(session, tenant_id, entities)
    types = record_types_of(number.question.lists, [number.indicator])
    lists = number.question.lists
    records = [record for record in records_to_count(session, tenant_id, lists, read) if record.type in types]
    aliases = establishment_aliases(session, tenant_id)
    facts = CountedFacts(number.question, number.formula.aggregates, records, aliases)
    where = (number.formula, number.period, number.area)
    counted_rows = {row.record_id: row for row in rows_of(facts, *where, with_waiting=number.with_waiting)}
    return tuple(counted_rows.get(row.record_id, row) for row in rows)


def _subjects(
    session: Session, tenant_id: str, number: StoredNumber, aggregate: Aggregate, codec: Codec
) -> Iterator[tuple[str, CountedRow]]:
    """Yield a row for each subject that an aggregate counts, with its last half-month ("" for entities)."""
    row, units = IndicatorSubject, number.area.units
    query = select(row.subject_id, row.counts).where(row.tenant_id == tenant_id)
    if aggregate.is_of_entities:
        query = query.where(row.kind == aggregate.of, row.part == part_of(number.period))
        names = {
            bucket.name
            for bucket in aggregates_in_force(number.question.lists).buckets(
                number.period, number.question.today
            )
            if bucket.period == number.period
        }
    else:
        names = {first_day.isoformat() for first_day in half_months_in(number.period)}
        query = query.where(row.kind == RECORD, row.part == "", _names_a_year(row.counts, names))
    states = (APPROVED, WAITING) if number.with_waiting else (APPROVED,)
    for subject_id, text in session.execute(query).yield_per(_STEP):
        totals: dict[str, int] = {}
        last = ""
        for state, bucket, unit_id, numbers in codec.read_one(text, aggregate.key):
            if state in states and bucket in names and unit_id in units:
                for by, value in numbers.items():
                    totals[by] = totals.get(by, 0) + value
                last = last if aggregate.is_of_entities else max(last, bucket)
        if total := sum(totals.values()):
            told_apart = tuple(by for by, value in totals.items() if by and value)
            yield last, CountedRow(0, aggregate.of, subject_id, total, told_apart, None, ())


def _planned(
    session: Session, tenant_id: str, number: StoredNumber, aggregate: Aggregate
) -> Iterator[tuple[str, CountedRow]]:
    """Yield a row for each planned visit that an aggregate counts, with its day."""
    lists, today, units = number.question.lists, number.question.today, number.area.units
    plans = sorted(plans_ending_in(session, tenant_id, number.period))
    for start in range(0, len(plans), _PLANS):
        # One instance for each slice, so that memory contains the visits of one slice only.
        recounting = Recounting(session, tenant_id, lists, (), today)
        for event in recounting.events_of_plans(
            plans[start : start + _PLANS], with_waiting=number.with_waiting
        ):
            if event.day in number.period and event.unit_id in units:
                for count in of_event([aggregate], event):
                    told_apart = (count.by,) if count.by else ()
                    row = CountedRow(0, count.source, count.key, count.number, told_apart, count.day, ())
                    yield event.day.isoformat(), row


def _names_a_year(column: InstrumentedAttribute[str], half_months: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that stored counts contain a year of these half-months, to read fewer rows."""
    return or_(
        *(column.like(f'%"{year}-%') for year in sorted({half_month[:4] for half_month in half_months}))
    )


def _records_of(session: Session, tenant_id: str, entities: Collection[Subject]) -> set[str]:
    """Return the ids of records with events of entities, or of establishments merged into them."""
    merged: dict[str, set[str]] = {}
    for merged_id, end in ends_of(merge_steps(session, tenant_id)).items():
        merged.setdefault(end, set()).add(merged_id)
    named = set(entities)
    for kind, entity_id in entities:
        if kind == ESTABLISHMENT:
            named |= {(kind, other) for other in merged.get(entity_id, ())}
    return set().union(*linked_records(session, tenant_id, named).values())
