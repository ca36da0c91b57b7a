"""Commune entries and missing entries: posts, the plan of the year, counts of people."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection, FiledRecord, Record
from field178_server.office.entries.queries import entries_of_types, stored_entry
from field178_server.records.access import AccessFilter
from field178_server.records.counted_visits import counted
from field178_server.records.office_units import units_of_office
from field178_server.records.stored_record import Stored
from field178_shared.codelists import CodeLists, ListChoice
from field178_shared.codelists.places import MediaOutlet
from field178_shared.codelists.units import COMMUNE_KINDS
from field178_shared.indicators.periods import months_after
from field178_shared.record_type import RecordType
from field178_shared.records.commune import COMMUNE_TYPES, DAY_OF_ENTRY, half_year_of, has_ended
from field178_shared.records.establishment import ENDED
from field178_shared.records.reading import count_of, day_of, text_of

COUNT_AGE = timedelta(days=365)
# Counts of at-risk groups are requested from the fifth month of a half-year to the fourth of the next.
_MONTHS_TO_COUNT = 4


@dataclass(frozen=True, slots=True)
class OutletMonth:
    """A media outlet and the number of its posts entered for a month."""

    outlet: MediaOutlet
    posts: int

    @property
    def is_owed(self) -> bool:
        """Whether the monthly post is missing."""
        return not self.posts


@dataclass(frozen=True, slots=True)
class GroupCount:
    """An at-risk group of a half-year, and its count entry or None."""

    group: ListChoice
    half_year: date
    entry: Stored | None

    @property
    def is_owed(self) -> bool:
        """Whether the count is missing."""
        return self.entry is None


@dataclass(frozen=True, slots=True)
class CommuneMonth:
    """Missing entries of a commune for a month: outlets without a post, the yearly plan, at-risk groups."""

    unit_id: str
    silent: tuple[MediaOutlet, ...]
    lacks_plan: bool
    uncounted_groups: tuple[ListChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class UncountedEstablishment:
    """An establishment whose workers were not counted for a year; `counted_on` None: never."""

    record_id: str
    name: str
    counted_on: date | None


@dataclass(frozen=True, slots=True)
class EndedCommune:
    """End of a commune: the day, its successor units, and the number of establishments left in it."""

    ended_on: date
    following: tuple[str, ...]
    establishment_count: int


@dataclass(frozen=True, slots=True)
class CommuneWork:
    """Missing entries of a commune on a day, and its entries, newest first.

    A commune that has ended owes no entries that would be refused; `ended` names its successor units.
    """

    outlets: tuple[OutletMonth, ...]
    plan: Stored | None
    groups: tuple[GroupCount, ...]
    uncounted: tuple[UncountedEstablishment, ...]
    entries: tuple[Stored, ...]
    owes_plan: bool = True
    ended: EndedCommune | None = None

    @property
    def owed_count(self) -> int:
        """Number of missing entries: posts of outlets, the plan, counts of groups and workers."""
        posts = sum(outlet_month.is_owed for outlet_month in self.outlets)
        plans = int(self.owes_plan and self.plan is None)
        return posts + plans + sum(count.is_owed for count in self.groups) + len(self.uncounted)


def units_of(
    session: Session, tenant_id: str, access: AccessFilter, lists: CodeLists, today: date
) -> list[str]:
    """Return the units whose entries are visible: those of the access filter, or all units of the office."""
    if access.scopes is not None:
        return [unit_id for scope in access.scopes if (unit_id := scope.removeprefix("unit:")) in lists.units]
    of_outlets = {outlet.unit_id for outlet in lists.media_outlets.values()}
    return sorted({*units_of_office(session, tenant_id, lists, today), *of_outlets})


def commune_work(
    session: Session, tenant_id: str, unit_id: str, today: date, lists: CodeLists
) -> CommuneWork:
    """Return the entries and missing entries of a commune on a day."""
    entries = entries_in(session, tenant_id, unit_id, COMMUNE_TYPES)
    is_over = has_ended(unit_id, today, lists)
    return CommuneWork(
        outlets=_outlet_months(unit_id, entries, today, lists),
        plan=_plan_of(entries, today),
        groups=_group_counts(unit_id, entries, today, lists),
        uncounted=() if is_over else _uncounted(session, tenant_id, unit_id, today, entries),
        entries=tuple(entries),
        owes_plan=_owes_plan(unit_id, today, lists),
        ended=_ended(session, tenant_id, unit_id, today, lists) if is_over else None,
    )


def months_owed(session: Session, tenant_id: str, day: date, lists: CodeLists) -> list[CommuneMonth]:
    """Return the missing entries for the month of a day, of communes and of the district for its outlets."""
    by_unit: dict[str, list[Stored]] = {}
    for entry in entries_of_types(
        session, tenant_id, (RecordType.MEDIA_POST, RecordType.COMMUNE_PLAN, RecordType.RISK_GROUP_COUNT)
    ):
        by_unit.setdefault(text_of(entry.data, "unit_id"), []).append(entry)
    months = []
    for unit_id in units_of(session, tenant_id, AccessFilter(None), lists, day):
        entries = by_unit.get(unit_id, [])
        silent = tuple(
            outlet_month.outlet
            for outlet_month in _outlet_months(unit_id, entries, day, lists)
            if outlet_month.is_owed
        )
        lacks_plan = _owes_plan(unit_id, day, lists) and _plan_of(entries, day) is None
        counts = _group_counts(unit_id, entries, day, lists)
        groups = tuple(count.group for count in counts if count.is_owed)
        if silent or lacks_plan or groups:
            months.append(CommuneMonth(unit_id, silent, lacks_plan, groups))
    return months


def half_year_asked(day: date) -> date:
    """Return the half-year for which counts of at-risk groups are requested on a day."""
    return half_year_of(months_after(day, -_MONTHS_TO_COUNT))


def _group_counts(
    unit_id: str, entries: Iterable[Stored], day: date, lists: CodeLists
) -> tuple[GroupCount, ...]:
    """Return the at-risk groups to count in the requested half-year; none if the unit is no commune of it."""
    half_year = half_year_asked(day)
    if not (_is_commune(unit_id, lists) and lists.units[unit_id].valid_on(half_year)):
        return ()
    counted = {
        text_of(entry.data, "group_id"): entry
        for entry in entries
        if entry.type == RecordType.RISK_GROUP_COUNT and day_of_entry(entry) == half_year
    }
    groups = lists.choices_on("risk_group", half_year)
    return tuple(GroupCount(group, half_year, counted.get(group.id)) for group in groups)


def _owes_plan(unit_id: str, day: date, lists: CodeLists) -> bool:
    """Return whether a unit owes a plan for the year of a day: a commune that existed on its first day."""
    return _is_commune(unit_id, lists) and not has_ended(unit_id, day.replace(month=1, day=1), lists)


def _is_commune(unit_id: str, lists: CodeLists) -> bool:
    unit = lists.units.get(unit_id)
    return unit is not None and unit.type in COMMUNE_KINDS


def _ended(
    session: Session, tenant_id: str, unit_id: str, day: date, lists: CodeLists
) -> EndedCommune | None:
    ended_on = lists.units[unit_id].valid_to
    if ended_on is None:
        return None
    following = _following(unit_id, day, lists)
    return EndedCommune(ended_on, following, len(establishments_in(session, tenant_id, unit_id)))


def _following(unit_id: str, day: date, lists: CodeLists) -> tuple[str, ...]:
    """Return the units on a day that succeed an ended unit, the likeliest first."""
    steps = sorted(lists.successors(unit_id), key=lambda step: not step.is_default)
    targets = (
        _following(step.target, day, lists) if has_ended(step.target, day, lists) else (step.target,)
        for step in steps
    )
    return tuple(dict.fromkeys(target for group in targets for target in group))


def _outlet_months(
    unit_id: str, entries: Iterable[Stored], day: date, lists: CodeLists
) -> tuple[OutletMonth, ...]:
    if has_ended(unit_id, day, lists):
        return ()
    months = [
        text_of(entry.data, "outlet_id")
        for entry in entries
        if entry.type == RecordType.MEDIA_POST and _is_same_month(day_of_entry(entry), day)
    ]
    return tuple(
        OutletMonth(outlet, months.count(outlet.id))
        for outlet in outlets_of(unit_id, day, lists)
        if lists.media_channels[outlet.channel_id].monthly_duty
    )


def _plan_of(entries: Iterable[Stored], day: date) -> Stored | None:
    plans = (
        entry
        for entry in entries
        if entry.type == RecordType.COMMUNE_PLAN and count_of(entry.data, "year") == day.year
    )
    return next(plans, None)


def outlets_of(unit_id: str, day: date, lists: CodeLists) -> list[MediaOutlet]:
    """Return the outlets of a unit that are in force on a day."""
    return [
        outlet
        for outlet in lists.media_outlets.values()
        if outlet.unit_id == unit_id and outlet.valid_on(day)
    ]


def entries_in(session: Session, tenant_id: str, unit_id: str, types: Collection[str]) -> list[Stored]:
    """Return the entries of these types that count in a unit, newest day first."""
    entries = entries_of_types(session, tenant_id, types, Record.scope == f"unit:{unit_id}")
    return sorted(entries, key=lambda entry: (day_of_entry(entry) or date.min, entry.record_id), reverse=True)


def find_entry(session: Session, tenant_id: str, access: AccessFilter, record_id: str) -> Stored | None:
    """Return a commune entry within the access filter, withdrawn or not; None if it does not exist."""
    entry = stored_entry(session, tenant_id, COMMUNE_TYPES, record_id)
    return entry if entry is not None and access.holds(entry.scope) else None


def establishments_in(session: Session, tenant_id: str, unit_id: str) -> list[tuple[str, str]]:
    """Return the establishments of a commune that have not ended: id and name, by name."""
    query = (
        select(EstablishmentProjection.record_id, EstablishmentProjection.name)
        .where(*_of_unit(tenant_id, unit_id))
        .order_by(EstablishmentProjection.sort_key, EstablishmentProjection.record_id)
    )
    return [(record_id, name) for record_id, name in session.execute(query)]


def day_of_entry(entry: Stored) -> date | None:
    """Return the day that an entry is about."""
    return day_of(entry.data, DAY_OF_ENTRY[entry.type])


def _uncounted(
    session: Session, tenant_id: str, unit_id: str, today: date, entries: Iterable[Stored]
) -> tuple[UncountedEstablishment, ...]:
    """Return the establishments without a visit or census within a year, the oldest count first."""
    visited = (
        select(func.max(FiledRecord.occurred_on))
        .where(
            FiledRecord.tenant_id == EstablishmentProjection.tenant_id,
            FiledRecord.establishment_id == EstablishmentProjection.record_id,
            *counted(),
        )
        .correlate(EstablishmentProjection)
        .scalar_subquery()
    )
    query = (
        select(EstablishmentProjection.record_id, EstablishmentProjection.name, visited)
        .where(*_of_unit(tenant_id, unit_id))
        .order_by(EstablishmentProjection.sort_key, EstablishmentProjection.record_id)
    )
    last: dict[str, date] = {}
    for entry in entries:
        day = day_of_entry(entry)
        if entry.type == RecordType.WORKER_CENSUS and day is not None:
            last.setdefault(text_of(entry.data, "establishment_id"), day)
    establishments = [
        UncountedEstablishment(
            record_id, name, max((day for day in (visit, last.get(record_id)) if day), default=None)
        )
        for record_id, name, visit in session.execute(query)
    ]
    old = [
        establishment
        for establishment in establishments
        if establishment.counted_on is None or establishment.counted_on < today - COUNT_AGE
    ]
    return tuple(sorted(old, key=lambda establishment: establishment.counted_on or date.min))


def _of_unit(tenant_id: str, unit_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        EstablishmentProjection.tenant_id == tenant_id,
        EstablishmentProjection.unit_id == unit_id,
        EstablishmentProjection.operating_status_id.not_in(sorted(ENDED)),
    )


def _is_same_month(day: date | None, today: date) -> bool:
    return day is not None and (day.year, day.month) == (today.year, today.month)
