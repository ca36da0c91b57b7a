"""Figures of the indicators, counted anew from every record of the store."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import (
    Audit,
    FiledRecord,
    FollowUpProjection,
    MergeProjection,
    Record,
)
from field178_server.records.find_record import merge_targets_of
from field178_server.records.projections.follow_up import CORRECTION, NO_DAY
from field178_shared.codelists import CodeLists
from field178_shared.codelists.formulas import Figure
from field178_shared.codelists.units import COMMUNE_KINDS
from field178_shared.formulas.sources import ENTITIES, SOURCES
from field178_shared.indicators.areas import area_on
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.facts import Facts
from field178_shared.indicators.figures import AreaTotals, FigureValue, figure_of
from field178_shared.indicators.periods import Period
from field178_shared.records.commune import COMMUNE_TYPES
from field178_shared.records.returns import RETURN_TYPES
from field178_shared.records.sanctions import OFFICE_TYPES
from field178_shared.schemas import TYPES

# What is counted as it stands in the store; visits and sessions once they are approved.
_PLAIN_TYPES = ("establishment", "team", "plan_item", *COMMUNE_TYPES, *RETURN_TYPES)
_APPROVED, _VOID = "approved", "void"
_RETURNED, _REVIEWED = "review_returned", ("review_approved", "review_returned", "review_void")
STEP = 1000


@dataclass(frozen=True, slots=True)
class IndicatorFigure:
    """The figure of an indicator by approved records, and with those that wait for review.

    `unkept`: the record types that it is counted from and that this product does not keep; its numbers say
    nothing then.
    """

    approved: FigureValue
    with_waiting: FigureValue
    unkept: tuple[str, ...] = ()


def units_of_area(lists: CodeLists, unit_ids: Sequence[str], day: date) -> tuple[str, ...]:
    """Return the units of an area with those right above its communes: what was recorded for the whole of it.

    That is a district, and since districts ended the city, of which this office knows its own area alone.
    """
    lineage = (unit_id for one in area_on(lists, unit_ids, day).communes for unit_id in sorted(one.units))
    communes = (lists.units[one] for one in (*unit_ids, *lineage) if one in lists.units)
    above = (one.parent for one in communes if one.parent is not None and one.type in COMMUNE_KINDS)
    return (*unit_ids, *dict.fromkeys(above))


def figures(
    session: Session, tenant_id: str, lists: CodeLists, period: Period, unit_ids: Sequence[str], today: date
) -> Mapping[str, IndicatorFigure]:
    """Return the figures of an area in a period by indicator; every record of the store is read for them."""
    records = list(_records(session, tenant_id))
    aliases = _aliases(session, tenant_id)
    last_day = period.end - timedelta(days=1)
    area = area_on(lists, units_of_area(lists, unit_ids, last_day), last_day)

    def totals(counted: Sequence[CountedRecord]) -> AreaTotals:
        facts = Facts(lists, counted, today, aliases)
        return AreaTotals(facts.counts_of, area, period, today)

    approved, every = totals([one for one in records if one.is_approved]), totals(records)
    return {
        one.id: IndicatorFigure(
            figure_of(one, lists.figures[one.id], approved),
            figure_of(one, lists.figures[one.id], every),
            unkept_types(lists.figures[one.id]),
        )
        for one in lists.indicators.values()
    }


def unkept_types(figure: Figure) -> tuple[str, ...]:
    """Return the record types that a figure is counted from and that this product does not keep."""
    names = {aggregate.of for formula in figure.formulas for aggregate in formula.aggregates}
    read = [(SOURCES.get(name) or ENTITIES[name]).record_types for name in sorted(names)]
    return tuple(dict.fromkeys(kinds[0] for kinds in read if kinds and not TYPES.keys() & set(kinds)))


def _records(session: Session, tenant_id: str) -> Iterator[CountedRecord]:
    plain = select(Record.record_id, Record.type, Record.body).where(
        Record.tenant_id == tenant_id, Record.type.in_(_PLAIN_TYPES), Record.deleted.is_(False)
    )
    for record_id, type_, body in session.execute(plain).yield_per(STEP):
        yield CountedRecord(record_id=record_id, type=type_, data=json.loads(body))
    entries, closed_on = _entries(session, tenant_id), _closed_on(session, tenant_id)
    reviewed, returned = (_decided(session, tenant_id, names) for names in (_REVIEWED, (_RETURNED,)))
    filed = (
        select(Record.record_id, Record.type, Record.body, FiledRecord.review_state, FiledRecord.received_at)
        .join(
            FiledRecord,
            (FiledRecord.tenant_id == Record.tenant_id) & (FiledRecord.record_id == Record.record_id),
        )
        .where(Record.tenant_id == tenant_id, FiledRecord.review_state != _VOID)
    )
    for record_id, type_, body, state, received_at in session.execute(filed).yield_per(STEP):
        yield CountedRecord(
            record_id=record_id,
            type=type_,
            data=json.loads(body),
            is_approved=state == _APPROVED,
            was_reviewed=record_id in reviewed,
            was_returned=record_id in returned,
            received_at=received_at,
            entries=entries.get(record_id, {}),
            closed_on=closed_on.get(record_id, {}),
        )


def _entries(session: Session, tenant_id: str) -> dict[str, dict[str, tuple[str, dict[str, object]]]]:
    """Return what the office wrote beside visits, by visit."""
    query = select(Record.subject_id, Record.record_id, Record.type, Record.body).where(
        Record.tenant_id == tenant_id, Record.type.in_(sorted(OFFICE_TYPES)), Record.deleted.is_(False)
    )
    found: dict[str, dict[str, tuple[str, dict[str, object]]]] = {}
    for visit_id, record_id, type_, body in session.execute(query):
        found.setdefault(str(visit_id), {})[record_id] = (type_, json.loads(body))
    return found


def _closed_on(session: Session, tenant_id: str) -> dict[str, dict[str, date]]:
    """Return the days on which corrections were closed, by visit and key."""
    row = FollowUpProjection
    query = select(row.visit_id, row.key, row.closed_on).where(
        row.tenant_id == tenant_id, row.kind == CORRECTION, row.closed_on < NO_DAY
    )
    found: dict[str, dict[str, date]] = {}
    for visit_id, key, closed_on in session.execute(query):
        if closed_on is not None:
            found.setdefault(visit_id, {})[key] = closed_on
    return found


def _decided(session: Session, tenant_id: str, actions: Sequence[str]) -> set[str | None]:
    query = select(Audit.object_id).where(Audit.tenant_id == tenant_id, Audit.action.in_(actions)).distinct()
    return set(session.scalars(query))


def _aliases(session: Session, tenant_id: str) -> Mapping[str, str]:
    query = select(MergeProjection.record_id).where(MergeProjection.tenant_id == tenant_id)
    merged = session.scalars(query).all()
    return merge_targets_of(session, tenant_id, merged) if merged else {}
