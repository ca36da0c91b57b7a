"""What stands behind a number of a large store: found by what subjects count, read for one page alone."""

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
class KeptNumber:
    """A number of an indicator: its formula, period and area, and whether records that wait count."""

    question: FigureQuestion
    indicator: Indicator
    formula: Formula
    period: Period
    area: CountedArea
    with_waiting: bool = False


def rows_kept(session: Session, tenant_id: str, number: KeptNumber) -> tuple[CountedRow, ...]:
    """Return the records and entities that a number counts, without their records and mostly their days.

    Records stand in the order of their half-months, the newest first, entities by their ids.
    """
    codec = Codec(aggregates_in_force(number.question.lists).all)
    rows: list[CountedRow] = []
    for group, aggregate in enumerate(number.formula.aggregates):
        if aggregate.of == RecordType.PLAN_ITEM:
            found = list(_planned(session, tenant_id, number, aggregate))
        else:
            found = list(_subjects(session, tenant_id, number, aggregate, codec))
        found.sort(key=lambda pair: pair[1].key)
        found.sort(key=lambda pair: pair[0], reverse=True)
        rows += [replace(row, group=group) for _, row in found]
    return tuple(rows)


def with_records(
    session: Session, tenant_id: str, number: KeptNumber, rows: Sequence[CountedRow]
) -> tuple[CountedRow, ...]:
    """Return rows with their days and the records that tell of them; only the records of these are read."""
    entities = {(one.source, one.key) for one in rows if number.formula.aggregates[one.group].is_of_entities}
    read = {key for kind, key in entities if kind in RECORD_KINDS}
    read |= {one.key for one in rows if (one.source, one.key) not in entities}
    read |= _records_of(session, tenant_id, entities)
    types = record_types_of(number.question.lists, [number.indicator])
    lists = number.question.lists
    records = [one for one in records_to_count(session, tenant_id, lists, read) if one.type in types]
    aliases = establishment_aliases(session, tenant_id)
    facts = CountedFacts(number.question, number.formula.aggregates, records, aliases)
    where = (number.formula, number.period, number.area)
    known = {one.record_id: one for one in rows_of(facts, *where, with_waiting=number.with_waiting)}
    return tuple(known.get(one.record_id, one) for one in rows)


def _subjects(
    session: Session, tenant_id: str, number: KeptNumber, aggregate: Aggregate, codec: Codec
) -> Iterator[tuple[str, CountedRow]]:
    """Yield what each subject adds to an aggregate, with the last half-month of it ("" for entities)."""
    row, units = IndicatorSubject, number.area.units
    query = select(row.subject_id, row.counts).where(row.tenant_id == tenant_id)
    if aggregate.is_of_entities:
        query = query.where(row.kind == aggregate.of, row.part == part_of(number.period))
        names = {
            one.name
            for one in aggregates_in_force(number.question.lists).buckets(
                number.period, number.question.today
            )
            if one.period == number.period
        }
    else:
        names = {one.isoformat() for one in half_months_in(number.period)}
        query = query.where(row.kind == RECORD, row.part == "", _names_a_year(row.counts, names))
    states = (APPROVED, WAITING) if number.with_waiting else (APPROVED,)
    for subject_id, text in session.execute(query).yield_per(_STEP):
        found: dict[str, int] = {}
        last = ""
        for state, bucket, unit_id, numbers in codec.read_one(text, aggregate.key):
            if state in states and bucket in names and unit_id in units:
                for by, value in numbers.items():
                    found[by] = found.get(by, 0) + value
                last = last if aggregate.is_of_entities else max(last, bucket)
        if total := sum(found.values()):
            told_apart = tuple(by for by, value in found.items() if by and value)
            yield last, CountedRow(0, aggregate.of, subject_id, total, told_apart, None, ())


def _planned(
    session: Session, tenant_id: str, number: KeptNumber, aggregate: Aggregate
) -> Iterator[tuple[str, CountedRow]]:
    """Yield what each planned visit adds to an aggregate, with its day: visits of a plan count together."""
    lists, today, units = number.question.lists, number.question.today, number.area.units
    plans = sorted(plans_ending_in(session, tenant_id, number.period))
    for start in range(0, len(plans), _PLANS):
        # Anew for each slice, so that no more visits are in memory than one slice has.
        recounting = Recounting(session, tenant_id, lists, (), today)
        for event in recounting.events_of_plans(
            plans[start : start + _PLANS], with_waiting=number.with_waiting
        ):
            if event.day in number.period and event.unit_id in units:
                for one in of_event([aggregate], event):
                    told_apart = (one.by,) if one.by else ()
                    row = CountedRow(0, one.source, one.key, one.number, told_apart, one.day, ())
                    yield event.day.isoformat(), row


def _names_a_year(column: InstrumentedAttribute[str], half_months: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that counts may be of these half-months: most others need not be read."""
    return or_(*(column.like(f'%"{year}-%') for year in sorted({one[:4] for one in half_months})))


def _records_of(session: Session, tenant_id: str, entities: Collection[Subject]) -> set[str]:
    """Return the records with events of entities; those of a merged one are of the one it was merged into."""
    merged: dict[str, set[str]] = {}
    for one, end in ends_of(merge_steps(session, tenant_id)).items():
        merged.setdefault(end, set()).add(one)
    named = set(entities)
    for kind, one in entities:
        if kind == ESTABLISHMENT:
            named |= {(kind, other) for other in merged.get(one, ())}
    return set().union(*linked_records(session, tenant_id, named).values())
