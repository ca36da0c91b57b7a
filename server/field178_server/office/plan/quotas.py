"""Quotas of a plan and how many visits were made of each: kept in the process, renewed by what is written."""

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
from field178_server.records.kept_results import KeptResults
from field178_server.records.record_changes import RecordChanges
from field178_server.records.visits_of_establishments import by_establishment
from field178_shared.record_type import RecordType
from field178_shared.records.plan import InspectionPlan, Quota

# No id or code holds it.
_BETWEEN = "|"


def _counts_as() -> ColumnElement[str]:
    """Return what a visit counts as, in one text: a visit is a short row, and the same texts are one."""
    text: ColumnElement[str] = func.substr(cast(FiledRecord.occurred_on, Text), 6, 2)
    for column in (FiledRecord.register_type_id, FiledRecord.register_unit_id, FiledRecord.team_id):
        text = text.concat(_BETWEEN).concat(func.coalesce(column, ""))
    return text


_COUNTS_AS = _counts_as()


@dataclass(frozen=True, slots=True)
class QuotaDone:
    """A quota and how many visits were made of it."""

    quota: Quota
    done: int


@dataclass(frozen=True, slots=True)
class _Counted:
    """How many visits count as the same."""

    establishment_type_id: str
    unit_id: str
    team_id: str
    month: int
    count: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """What each visit counts as, by its id, and what the quotas came to by that."""

    visits: Mapping[str, str]
    quotas: tuple[QuotaDone, ...]


# By the quotas of a year, for all readers: 15,000 visits take 2 MB.
_kept: KeptResults[_Kept] = KeptResults(3)


def quotas_done(session: Session, tenant_id: str, plan: InspectionPlan) -> tuple[QuotaDone, ...]:
    """Return how many visits were made of each quota of a plan, by all teams."""
    if not plan.quotas:
        return ()
    return _kept.get(
        session,
        tenant_id,
        (plan.year, plan.quotas),
        lambda: _made(_counted_visits(session, tenant_id, plan), plan),
        lambda kept, changes: _renewed(session, tenant_id, plan, kept, changes),
    ).quotas


def _renewed(
    session: Session, tenant_id: str, plan: InspectionPlan, kept: _Kept, changes: RecordChanges
) -> _Kept:
    """Return what is kept but for the visits that were written, and those of an entry that was."""
    written, entries = (
        changes.of(RecordType.INSPECTION) | changes.subjects,
        changes.of(RecordType.ESTABLISHMENT),
    )
    row = FiledRecord
    query = select(row.record_id, _COUNTS_AS, and_(*_conditions(plan))).where(row.tenant_id == tenant_id)
    parts = [query.where(row.record_id.in_(sorted(written)))] if written else []
    if entries:
        parts.append(by_establishment(query.where(row.establishment_id.in_(sorted(entries)))))
    if not parts:
        return kept
    visits = dict(kept.visits)
    for one in written:
        visits.pop(one, None)
    for one, counts_as, is_counted in session.execute(union_all(*parts)):
        visits.pop(one, None)
        if is_counted:
            visits[one] = sys.intern(counts_as)
    return _made(visits, plan)


def _made(visits: Mapping[str, str], plan: InspectionPlan) -> _Kept:
    found = []
    for counts_as, count in Counter(visits.values()).items():
        month, type_id, unit_id, team_id = counts_as.split(_BETWEEN)
        found.append(_Counted(type_id, unit_id, team_id, int(month), count))
    return _Kept(visits, tuple(QuotaDone(quota, _taken(quota, found)) for quota in plan.quotas))


def _counted_visits(session: Session, tenant_id: str, plan: InspectionPlan) -> dict[str, str]:
    """Return what the visits that may count in a plan count as; the index of lists alone is read."""
    # In a row for each visit, their objects would cost twice what the engine does.
    ids = func.aggregate_strings(FiledRecord.record_id, _BETWEEN)
    query = select(_COUNTS_AS, ids).where(FiledRecord.tenant_id == tenant_id, *_conditions(plan))
    found = session.execute(query.group_by(literal_column("1"))).all()
    return {one: counts_as for counts_as, listed in found for one in listed.split(_BETWEEN)}


def _conditions(plan: InspectionPlan) -> Iterator[ColumnElement[bool]]:
    """Give the conditions of the visits of a year that count, of what its quotas name."""
    yield FiledRecord.occurred_on.between(date(plan.year, 1, 1), date(plan.year, 12, 31))
    yield from _named(FiledRecord.register_type_id, (one.establishment_type_id for one in plan.quotas))
    yield from _named(FiledRecord.register_unit_id, (one.unit_id for one in plan.quotas))
    yield from counted()


def _named(column: InstrumentedAttribute[str | None], wanted: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    """Give the condition that a visit is of what the quotas name, none where one of them takes everything."""
    names = set(wanted)
    if "" not in names:
        yield column.in_(sorted(names))


def _taken(quota: Quota, found: Iterable[_Counted]) -> int:
    return sum(
        one.count
        for one in found
        if quota.establishment_type_id in ("", one.establishment_type_id)
        and quota.unit_id in ("", one.unit_id)
        and quota.team_id in ("", one.team_id)
        and quota.month in (None, one.month)
    )
