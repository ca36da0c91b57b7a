"""Figures of the indicators, from the totals or recounted from all records of the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import MergeProjection
from field178_server.office.indicators.source.records import records_to_count
from field178_server.office.indicators.source.store_size import is_large
from field178_server.office.indicators.totals.reading import PeriodCounts, available_whole_counts, counts_of
from field178_server.records.find_record import merge_targets_of
from field178_shared.codelists import CodeLists
from field178_shared.codelists.units import COMMUNE_KINDS
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.areas import CountedArea, area_on
from field178_shared.indicators.events import approved_only
from field178_shared.indicators.facts import Facts
from field178_shared.indicators.figures import AreaTotals, FigureValue, figure_of
from field178_shared.indicators.periods import Period

# Power Query retries three times and waits at most two minutes each time.
COUNTED_AGAIN_S = 90


@dataclass(frozen=True, slots=True)
class IndicatorFigure:
    """Figure of an indicator from approved records, and with the records in review."""

    approved: FigureValue
    with_waiting: FigureValue


def units_of_area(lists: CodeLists, unit_ids: Sequence[str], day: date) -> tuple[str, ...]:
    """Return the unit ids of an area and of the parents of its communes.

    A parent is a district or, since districts were abolished, the city. Its records count for the whole area.
    """
    lineage = (
        unit_id for commune in area_on(lists, unit_ids, day).communes for unit_id in sorted(commune.units)
    )
    communes = (lists.units[unit_id] for unit_id in (*unit_ids, *lineage) if unit_id in lists.units)
    above = (
        commune.parent for commune in communes if commune.parent is not None and commune.type in COMMUNE_KINDS
    )
    return (*unit_ids, *dict.fromkeys(above))


def figures(
    session: Session, tenant_id: str, lists: CodeLists, period: Period, unit_ids: Sequence[str], today: date
) -> Mapping[str, IndicatorFigure]:
    """Return the figures of an area in a period by indicator id, from the totals (decision 0101).

    Raises AppError(being_counted), see `figures_of_areas`.
    """
    return figures_of_areas(session, tenant_id, lists, period, {"": unit_ids}, today)[""]


def figures_of_areas(
    session: Session,
    tenant_id: str,
    lists: CodeLists,
    period: Period,
    areas: Mapping[str, Sequence[str]],
    today: date,
) -> Mapping[str, Mapping[str, IndicatorFigure]]:
    """Return the figures of several areas in a period by area key. The totals are read once.

    If the totals are incomplete, the records of a small store are counted. For a large store this would take
    minutes of a core and gigabytes of memory, so it raises AppError(being_counted).
    """
    counted = {key: _area(lists, period, unit_ids) for key, unit_ids in areas.items()}
    units = frozenset[str]().union(*(area.units for area in counted.values()))
    of_totals = whole_counts if is_large(session, tenant_id) else counts_of
    counts = of_totals(session, tenant_id, lists, period, units, today)
    if counts is None:
        return _recount(session, tenant_id, lists, period, counted, today)
    return {
        key: _figures(
            lists,
            AreaTotals(counts.approved, area, period, today),
            AreaTotals(counts.every, area, period, today),
        )
        for key, area in counted.items()
    }


def whole_counts(
    session: Session, tenant_id: str, lists: CodeLists, period: Period, units: Collection[str], today: date
) -> PeriodCounts:
    """Return the counts of a period of a large store; raises AppError(being_counted) if any is missing."""
    counts = available_whole_counts(session, tenant_id, lists, period, units, today)
    if counts is None:
        raise AppError(ErrorCode.BEING_COUNTED, retry_after_s=COUNTED_AGAIN_S)
    return counts


def recount(
    session: Session, tenant_id: str, lists: CodeLists, period: Period, unit_ids: Sequence[str], today: date
) -> Mapping[str, IndicatorFigure]:
    """Return the figures of an area in a period, recounted from all records of the store.

    MUST NOT be called by a server: a large store takes minutes of a core and gigabytes of memory.
    """
    area = {"": _area(lists, period, unit_ids)}
    return _recount(session, tenant_id, lists, period, area, today)[""]


def _recount(  # as its callers
    session: Session,
    tenant_id: str,
    lists: CodeLists,
    period: Period,
    areas: Mapping[str, CountedArea],
    today: date,
) -> Mapping[str, Mapping[str, IndicatorFigure]]:
    records = list(records_to_count(session, tenant_id, lists))
    aliases = _aliases(session, tenant_id)
    approved = Facts(lists, approved_only(records), today, aliases)
    every = Facts(lists, records, today, aliases)
    return {
        key: _figures(
            lists,
            AreaTotals(approved.counts_of, area, period, today),
            AreaTotals(every.counts_of, area, period, today),
        )
        for key, area in areas.items()
    }


def differences(
    session: Session, tenant_id: str, lists: CodeLists, period: Period, unit_ids: Sequence[str], today: date
) -> tuple[str, ...]:
    """Return the ids of indicators whose recounted figures differ; empty if the totals are correct."""
    kept = figures(session, tenant_id, lists, period, unit_ids, today)
    anew = recount(session, tenant_id, lists, period, unit_ids, today)
    return tuple(indicator_id for indicator_id in kept if kept[indicator_id] != anew[indicator_id])


def _area(lists: CodeLists, period: Period, unit_ids: Sequence[str]) -> CountedArea:
    last_day = period.end - timedelta(days=1)
    return area_on(lists, units_of_area(lists, unit_ids, last_day), last_day)


def _figures(lists: CodeLists, approved: AreaTotals, every: AreaTotals) -> dict[str, IndicatorFigure]:
    return {
        indicator.id: IndicatorFigure(
            figure_of(indicator, lists.figures[indicator.id], approved),
            figure_of(indicator, lists.figures[indicator.id], every),
        )
        for indicator in lists.indicators.values()
    }


def _aliases(session: Session, tenant_id: str) -> Mapping[str, str]:
    query = select(MergeProjection.record_id).where(MergeProjection.tenant_id == tenant_id)
    merged = session.scalars(query).all()
    return merge_targets_of(session, tenant_id, merged) if merged else {}
