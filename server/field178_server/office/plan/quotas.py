"""Quotas of a plan with the number of visits made, cached in the process and updated for changed records."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal_column, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from field178_server.database.models import FiledRecord
from field178_server.records.counted_visits import counted
from field178_server.records.record_changes import RecordChanges
from field178_server.records.result_cache import ResultCache
from field178_server.records.visits_of_establishments import by_establishment
from field178_shared.record_type import RecordType
from field178_shared.records.plan import InspectionPlan, Quota

# No id and no code contains this character.
_BETWEEN = "|"


def _visit_category() -> ColumnElement[str]:
    """Return the SQL expression of a visit's category: month, kind, unit and team joined in one text."""
    text: ColumnElement[str] = func.substr(cast(FiledRecord.occurred_on, Text), 6, 2)
    for column in (FiledRecord.register_type_id, FiledRecord.register_unit_id, FiledRecord.team_id):
        text = text.concat(_BETWEEN).concat(func.coalesce(column, ""))
    return text


_VISIT_CATEGORY = _visit_category()


@dataclass(frozen=True, slots=True)
class QuotaDone:
    """A quota and the number of visits made for it."""

    quota: Quota
    done: int


@dataclass(frozen=True, slots=True)
class _VisitGroup:
    """Number of visits in a category."""

    establishment_type_id: str
    unit_id: str
    team_id: str
    month: int
    count: int


@dataclass(frozen=True, slots=True)
class _CachedVisits:
    """Category of each visit by id, and the resulting progress of the quotas."""

    visits: Mapping[str, str]
    quotas: tuple[QuotaDone, ...]


# Cached by year and quotas, for all readers; 15,000 visits take 2 MB.
_kept: ResultCache[_CachedVisits] = ResultCache(3)


def quotas_done(session: Session, tenant_id: str, plan: InspectionPlan) -> tuple[QuotaDone, ...]:
    """Return the quotas of a plan, each with the number of visits made by all teams."""
    if not plan.quotas:
        return ()
    return _kept.get(
        session,
        tenant_id,
        (plan.year, plan.quotas),
        lambda: _with_progress(_counted_visits(session, tenant_id, plan), plan),
        lambda kept, changes: _updated(session, tenant_id, plan, kept, changes),
    ).quotas


def _updated(
    session: Session, tenant_id: str, plan: InspectionPlan, kept: _CachedVisits, changes: RecordChanges
) -> _CachedVisits:
    """Return the cached visits, updated for changed visits and for visits to changed establishments."""
    written, entries = (
        changes.of(RecordType.INSPECTION) | changes.subjects,
        changes.of(RecordType.ESTABLISHMENT),
    )
    row = FiledRecord
    query = select(row.record_id, _VISIT_CATEGORY, and_(*_conditions(plan))).where(row.tenant_id == tenant_id)
    parts = [query.where(row.record_id.in_(sorted(written)))] if written else []
    if entries:
        parts.append(by_establishment(query.where(row.establishment_id.in_(sorted(entries)))))
    if not parts:
        return kept
    visits = dict(kept.visits)
    for visit_id in written:
        visits.pop(visit_id, None)
    for visit_id, category, is_counted in session.execute(union_all(*parts)):
        visits.pop(visit_id, None)
        if is_counted:
            visits[visit_id] = sys.intern(category)
    return _with_progress(visits, plan)


def _with_progress(visits: Mapping[str, str], plan: InspectionPlan) -> _CachedVisits:
    groups = []
    for category, count in Counter(visits.values()).items():
        month, type_id, unit_id, team_id = category.split(_BETWEEN)
        groups.append(_VisitGroup(type_id, unit_id, team_id, int(month), count))
    return _CachedVisits(
        visits, tuple(QuotaDone(quota, _visits_made(quota, groups)) for quota in plan.quotas)
    )


def _counted_visits(session: Session, tenant_id: str, plan: InspectionPlan) -> dict[str, str]:
    """Return the category of each visit that may count in a plan. The query reads an index only."""
    # Ids are aggregated by category: one row for each visit would take twice the time.
    ids = func.aggregate_strings(FiledRecord.record_id, _BETWEEN)
    query = select(_VISIT_CATEGORY, ids).where(FiledRecord.tenant_id == tenant_id, *_conditions(plan))
    rows = session.execute(query.group_by(literal_column("1"))).all()
    return {visit_id: category for category, listed in rows for visit_id in listed.split(_BETWEEN)}


def _conditions(plan: InspectionPlan) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions for visits that count in a year and match the kinds and units of its quotas."""
    yield FiledRecord.occurred_on.between(date(plan.year, 1, 1), date(plan.year, 12, 31))
    yield from _named(FiledRecord.register_type_id, (quota.establishment_type_id for quota in plan.quotas))
    yield from _named(FiledRecord.register_unit_id, (quota.unit_id for quota in plan.quotas))
    yield from counted()


def _named(column: InstrumentedAttribute[str | None], codes: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    """Yield the condition that a column has one of these codes; nothing if "" (all) is among them."""
    names = set(codes)
    if "" not in names:
        yield column.in_(sorted(names))


def _visits_made(quota: Quota, groups: Iterable[_VisitGroup]) -> int:
    return sum(
        group.count
        for group in groups
        if quota.establishment_type_id in ("", group.establishment_type_id)
        and quota.unit_id in ("", group.unit_id)
        and quota.team_id in ("", group.team_id)
        and quota.month in (None, group.month)
    )
