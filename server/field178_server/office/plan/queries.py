"""Queries of the plan of a year: quotas with their progress, and planned visits with their states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from field178_server.accounts import teams as accounts
from field178_server.database.models import EstablishmentProjection, PlanItemRow
from field178_server.office.plan.operations import MOST_AT_ONCE, plan_id
from field178_server.office.plan.progress import PlannedVisit, PlanReader, planned_visits
from field178_server.office.plan.quotas import QuotaDone, quotas_done
from field178_server.records.find_record import find_record
from field178_server.records.labels import Names, names_of
from field178_server.records.paging import PageOfRows
from field178_server.records.scopes import OFFICE
from field178_shared.codelists import CodeLists
from field178_shared.indicators.areas import area_on
from field178_shared.record_type import RecordType
from field178_shared.records.plan import InspectionPlan, PlanItem, PlanState, Progress
from field178_shared.text.normalisation import by_label, fold

PAGE_SIZE = 50
# States of visits that are not made yet, and of all visits that the plan counts (all but cancelled).
OPEN_STATES = frozenset({PlanState.MISSED, PlanState.DUE, PlanState.LATER})
PLANNED_STATES = OPEN_STATES | {PlanState.DONE}
OPEN = "open"


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Filter of the planned visits of a year; "" is all, month 0 every month.

    `since` and `until`: visits whose window has a day between them. `state`: "" is all states but cancelled,
    "open" the states of visits that are not made yet.
    """

    year: int
    month: int = 0
    team_id: str = ""
    unit_id: str = ""
    establishment_type_id: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None

    def takes_state(self, state: PlanState) -> bool:
        """Return whether the filter includes planned visits in this state."""
        groups = {"": PLANNED_STATES, OPEN: OPEN_STATES}
        return state in groups.get(self.state, {self.state})

    def takes(self, item: PlanItem) -> bool:
        """Return whether the filter includes a planned visit, without regard to its state."""
        return (
            self.month in (0, item.window_from.month)
            and (self.since is None or self.since <= item.window_to)
            and (self.until is None or item.window_from <= self.until)
            and self.team_id in ("", item.team_id)
            and self.unit_id in ("", item.unit_id)
            and self.establishment_type_id in ("", item.establishment_type_id)
        )


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The plan of a year: document, quotas and planned visits. `rev` 0: the plan is not stored yet."""

    plan: InspectionPlan
    rev: int
    quotas: tuple[QuotaDone, ...]
    items: tuple[PlannedVisit, ...]

    def counts(self, month: int = 0, team_id: str = "") -> Counter[PlanState]:
        """Return the number of planned visits of a month and a team in each state."""
        filters = ItemFilter(self.plan.year, month, team_id)
        return Counter(visit.progress.state for visit in self.items if filters.takes(visit.item))


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of planned visits, with the names of establishments and teams."""

    rows: tuple[PlannedVisit, ...]
    page: PageOfRows
    names: Names


@dataclass(frozen=True, slots=True)
class PlannableEstablishment:
    """An establishment that can be planned. `months`: months in which it has a planned visit."""

    record_id: str
    name: str
    address: str
    unit_id: str
    establishment_type_id: str
    months: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CandidateFilter:
    """Filter of the establishments of the register; "" is all."""

    text: str = ""
    unit_id: str = ""
    establishment_type_id: str = ""
    is_unplanned: bool = False


def year_plan(session: Session, reader: PlanReader, year: int) -> YearPlan:
    """Return the plan of a year with the progress of its quotas and planned visits."""
    stored = find_record(session, reader.tenant_id, plan_id(year))
    plan = InspectionPlan.from_data(stored.data) if stored else InspectionPlan(year=year)
    quotas = quotas_done(session, reader.tenant_id, plan)
    return YearPlan(plan, stored.rev if stored else 0, quotas, planned_visits(session, reader, year))


def item_page(
    session: Session, reader: PlanReader, plan: YearPlan, filters: ItemFilter, page: int
) -> ItemPage:
    """Return one page of the planned visits, missed and due visits first, then by the end of the window."""
    visits = [
        visit
        for visit in plan.items
        if filters.takes(visit.item) and filters.takes_state(visit.progress.state)
    ]
    visits.sort(key=lambda visit: (_ORDER[visit.progress.state], visit.item.window_to, visit.item.id))
    shown = PageOfRows.within(page, PAGE_SIZE, len(visits))
    rows = tuple(visits[shown.offset : shown.offset + shown.size])
    ids = {visit.item.establishment_id for visit in rows} | {visit.item.team_id for visit in plan.items}
    return ItemPage(rows, shown, names_of(session, reader.tenant_id, ids - {""}))


def planned_visit(session: Session, reader: PlanReader, item_id: str) -> tuple[PlannedVisit, int] | None:
    """Return a planned visit and its revision; None if it does not exist or may not be shown."""
    for sealed in reader.sealed_visits(session):
        if sealed.item_id == item_id:
            planned = planned_visits(session, reader, sealed.item.year)
            shown = next(visit for visit in planned if visit.item.id == item_id)
            return replace(shown, item=sealed.item), sealed.rev
    stored = find_record(session, reader.tenant_id, item_id)
    if stored is None or stored.deleted or stored.type != RecordType.PLAN_ITEM:
        return None
    item = PlanItem.from_data(item_id, stored.data)
    if not reader.holds(item, stored.scope):
        return None
    items = planned_visits(session, reader, item.year)
    visit = next((planned for planned in items if planned.item.id == item_id), None)
    progress = visit.progress if visit else Progress(PlanState.LATER)
    return PlannedVisit(item, stored.scope == OFFICE, progress), stored.rev


def candidates(
    session: Session, reader: PlanReader, filters: CandidateFilter, year: int
) -> tuple[PlannableEstablishment, ...]:
    """Return the establishments that match a filter, at most MOST_AT_ONCE."""
    query = select(EstablishmentProjection).where(
        EstablishmentProjection.tenant_id == reader.tenant_id,
        reader.access.covers(EstablishmentProjection.scope),
        EstablishmentProjection.unit_id == filters.unit_id if filters.unit_id else true(),
        EstablishmentProjection.establishment_type_id == filters.establishment_type_id
        if filters.establishment_type_id
        else true(),
        *(
            EstablishmentProjection.folded.contains(word, autoescape=True)
            for word in fold(filters.text).split()
        ),
    )
    planned = select(PlanItemRow.establishment_id).where(
        PlanItemRow.tenant_id == reader.tenant_id,
        PlanItemRow.year == year,
        PlanItemRow.is_cancelled.is_(False),
        PlanItemRow.establishment_id.is_not(None),
        reader.shows(),
    )
    sealed = [visit.item for visit in reader.sealed_visits(session)]
    sealed = [item for item in sealed if item.year == year and item.cancelled is None]
    if filters.is_unplanned:
        sealed_places = sorted({item.establishment_id for item in sealed})
        query = query.where(
            EstablishmentProjection.record_id.not_in(planned),
            EstablishmentProjection.record_id.not_in(sealed_places) if sealed_places else true(),
        )
    order = (EstablishmentProjection.sort_key, EstablishmentProjection.record_id)
    rows = session.scalars(query.order_by(*order).limit(MOST_AT_ONCE)).all()
    months: dict[str, set[int]] = {}
    windows = planned.add_columns(PlanItemRow.window_from)
    for establishment_id, day in session.execute(windows):
        months.setdefault(str(establishment_id), set()).add(day.month)
    for item in sealed:
        months.setdefault(item.establishment_id, set()).add(item.window_from.month)
    return tuple(
        PlannableEstablishment(
            row.record_id,
            row.name,
            row.address,
            row.unit_id,
            row.establishment_type_id,
            tuple(sorted(months.get(row.record_id, ()))),
        )
        for row in rows
    )


def teams(session: Session, reader: PlanReader) -> tuple[tuple[str, str], ...]:
    """Return id and name of the teams that visits can be assigned to, in Vietnamese order."""
    every_team = accounts.everyone(session, reader.tenant_id)
    return by_label((team.id, team.name) for team in every_team if reader.access.holds(team.scope))


def units_outside(
    session: Session,
    reader: PlanReader,
    team_id: str,
    establishment_ids: Collection[str],
    lists: CodeLists,
) -> list[str]:
    """Return the unit ids of establishments outside a team's area, whose records its tablets do not have."""
    team = next(
        (candidate for candidate in accounts.everyone(session, reader.tenant_id) if candidate.id == team_id),
        None,
    )
    if team is None:
        return []
    query = select(EstablishmentProjection.unit_id).where(
        EstablishmentProjection.tenant_id == reader.tenant_id,
        EstablishmentProjection.record_id.in_(sorted(set(establishment_ids))),
    )
    return sorted(set(session.scalars(query)) - area_on(lists, team.unit_ids, reader.today).units)


def unavailable_establishments(
    session: Session, reader: PlanReader, establishment_ids: Collection[str]
) -> set[str]:
    """Return the ids of establishments that are not in the register or not visible to the reader."""
    query = select(EstablishmentProjection.record_id).where(
        EstablishmentProjection.tenant_id == reader.tenant_id,
        EstablishmentProjection.record_id.in_(sorted(set(establishment_ids))),
        reader.access.covers(EstablishmentProjection.scope),
    )
    return set(establishment_ids) - set(session.scalars(query))


def register_units(session: Session, reader: PlanReader) -> tuple[str, ...]:
    """Return the unit ids of all visible establishments of the register."""
    query = select(EstablishmentProjection.unit_id).where(
        EstablishmentProjection.tenant_id == reader.tenant_id,
        reader.access.covers(EstablishmentProjection.scope),
    )
    return tuple(sorted(session.scalars(query.distinct())))


_ORDER = {state: place for place, state in enumerate(("missed", "due", "later", "done", "cancelled"))}
