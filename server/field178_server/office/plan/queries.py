"""The plan of a year as pages read it: quotas and what was done of them, planned visits and their state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
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
# Still to be made; and what the plan counts: a visit that was cancelled is planned no longer.
OPEN_STATES = frozenset({PlanState.MISSED, PlanState.DUE, PlanState.LATER})
PLANNED_STATES = OPEN_STATES | {PlanState.DONE}
OPEN = "open"


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which planned visits of a year; "" is all, month 0 every month.

    `since` and `until`: those whose window has a day between them. `state` "" is all that are planned, "open"
    those still to be made.
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
        """Tell whether planned visits in this state are asked for."""
        groups = {"": PLANNED_STATES, OPEN: OPEN_STATES}
        return state in groups.get(self.state, {self.state})

    def takes(self, item: PlanItem) -> bool:
        """Tell whether a planned visit is one of them, but for its state."""
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
    """The plan of a year: its document, its quotas, its planned visits; `rev` 0: nothing was written yet."""

    plan: InspectionPlan
    rev: int
    quotas: tuple[QuotaDone, ...]
    items: tuple[PlannedVisit, ...]

    def counts(self, month: int = 0, team_id: str = "") -> Counter[PlanState]:
        """Return how many planned visits of a month and a team are in each state."""
        wanted = ItemFilter(self.plan.year, month, team_id)
        return Counter(one.progress.state for one in self.items if wanted.takes(one.item))


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of planned visits, and the names on it."""

    rows: tuple[PlannedVisit, ...]
    page: PageOfRows
    names: Names


@dataclass(frozen=True, slots=True)
class PlannableEstablishment:
    """An establishment that can be planned; `months`: those in which it has a planned visit already."""

    record_id: str
    name: str
    address: str
    unit_id: str
    establishment_type_id: str
    months: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CandidateFilter:
    """Which establishments of the register; "" is all."""

    text: str = ""
    unit_id: str = ""
    establishment_type_id: str = ""
    is_unplanned: bool = False


def year_plan(session: Session, reader: PlanReader, year: int) -> YearPlan:
    """Return the plan of a year with what became of it by the visits that were filed."""
    stored = find_record(session, reader.tenant_id, plan_id(year))
    plan = InspectionPlan.from_data(stored.data) if stored else InspectionPlan(year=year)
    quotas = quotas_done(session, reader.tenant_id, plan)
    return YearPlan(plan, stored.rev if stored else 0, quotas, planned_visits(session, reader, year))


def item_page(
    session: Session, reader: PlanReader, plan: YearPlan, wanted: ItemFilter, page: int
) -> ItemPage:
    """Return one page of the planned visits, what is missed and due first, then by day."""
    found = [one for one in plan.items if wanted.takes(one.item) and wanted.takes_state(one.progress.state)]
    found.sort(key=lambda one: (_ORDER[one.progress.state], one.item.window_to, one.item.id))
    shown = PageOfRows.within(page, PAGE_SIZE, len(found))
    rows = tuple(found[shown.offset : shown.offset + shown.size])
    ids = {one.item.establishment_id for one in rows} | {one.item.team_id for one in plan.items}
    return ItemPage(rows, shown, names_of(session, reader.tenant_id, ids - {""}))


def planned_visit(session: Session, reader: PlanReader, item_id: str) -> tuple[PlannedVisit, int] | None:
    """Return a planned visit and its revision; None where there is none or it may not be shown."""
    stored = find_record(session, reader.tenant_id, item_id)
    if stored is None or stored.deleted or stored.type != RecordType.PLAN_ITEM:
        return None
    item = PlanItem.from_data(item_id, stored.data)
    if not reader.holds(item, stored.scope):
        return None
    items = planned_visits(session, reader, item.year)
    found = next((one for one in items if one.item.id == item_id), None)
    progress = found.progress if found else Progress(PlanState.LATER)
    return PlannedVisit(item, stored.scope == OFFICE, progress), stored.rev


def candidates(
    session: Session, reader: PlanReader, wanted: CandidateFilter, year: int
) -> tuple[PlannableEstablishment, ...]:
    """Return the establishments that a filter finds, at most as many as can be planned at once."""
    query = select(EstablishmentProjection).where(
        EstablishmentProjection.tenant_id == reader.tenant_id,
        reader.access.covers(EstablishmentProjection.scope),
        EstablishmentProjection.unit_id == wanted.unit_id if wanted.unit_id else true(),
        EstablishmentProjection.establishment_type_id == wanted.establishment_type_id
        if wanted.establishment_type_id
        else true(),
        *(
            EstablishmentProjection.folded.contains(word, autoescape=True)
            for word in fold(wanted.text).split()
        ),
    )
    planned = select(PlanItemRow.establishment_id).where(
        PlanItemRow.tenant_id == reader.tenant_id,
        PlanItemRow.year == year,
        PlanItemRow.is_cancelled.is_(False),
        PlanItemRow.establishment_id.is_not(None),
        reader.shows(),
    )
    if wanted.is_unplanned:
        query = query.where(EstablishmentProjection.record_id.not_in(planned))
    order = (EstablishmentProjection.sort_key, EstablishmentProjection.record_id)
    rows = session.scalars(query.order_by(*order).limit(MOST_AT_ONCE)).all()
    months: dict[str, set[int]] = {}
    windows = planned.add_columns(PlanItemRow.window_from)
    for establishment_id, day in session.execute(windows):
        months.setdefault(str(establishment_id), set()).add(day.month)
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
    """Return the teams that visits can be given to, in Vietnamese order."""
    found = accounts.everyone(session, reader.tenant_id)
    return by_label((team.id, team.name) for team in found if reader.access.holds(team.scope))


def units_outside(
    session: Session,
    reader: PlanReader,
    team_id: str,
    establishment_ids: Collection[str],
    lists: CodeLists,
) -> list[str]:
    """Return the units of establishments that a team is not responsible for: its tablets do not have them."""
    team = next((one for one in accounts.everyone(session, reader.tenant_id) if one.id == team_id), None)
    if team is None:
        return []
    query = select(EstablishmentProjection.unit_id).where(
        EstablishmentProjection.tenant_id == reader.tenant_id,
        EstablishmentProjection.record_id.in_(sorted(set(establishment_ids))),
    )
    return sorted(set(session.scalars(query)) - area_on(lists, team.unit_ids, reader.today).units)


def foreign_to(session: Session, reader: PlanReader, establishment_ids: Collection[str]) -> set[str]:
    """Return the establishments that are not in the register, or not in the area of this reader."""
    query = select(EstablishmentProjection.record_id).where(
        EstablishmentProjection.tenant_id == reader.tenant_id,
        EstablishmentProjection.record_id.in_(sorted(set(establishment_ids))),
        reader.access.covers(EstablishmentProjection.scope),
    )
    return set(establishment_ids) - set(session.scalars(query))


def register_units(session: Session, reader: PlanReader) -> tuple[str, ...]:
    """Return the communes that have an establishment in the register."""
    query = select(EstablishmentProjection.unit_id).where(
        EstablishmentProjection.tenant_id == reader.tenant_id,
        reader.access.covers(EstablishmentProjection.scope),
    )
    return tuple(sorted(session.scalars(query.distinct())))


_ORDER = {state: place for place, state in enumerate(("missed", "due", "later", "done", "cancelled"))}
