"""The plan of a year as pages read it: quotas and what was done of them, planned visits and their state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from field178_server.accounts import teams as accounts
from field178_server.database.engine import among
from field178_server.database.models import (
    EstablishmentProjection,
    FiledRecord,
    MergeProjection,
    PlanItemRow,
)
from field178_server.office.plan.operations import MOST_AT_ONCE, plan_id
from field178_server.records.access import AccessFilter
from field178_server.records.counted_visits import counted
from field178_server.records.find_record import find_record, merge_targets_of
from field178_server.records.kept_results import KeptResults
from field178_server.records.labels import Names, names_of
from field178_server.records.paging import PageOfRows
from field178_server.records.planned_visits import team_scope
from field178_server.records.scopes import OFFICE
from field178_shared.records.plan import (
    InspectionPlan,
    PlanItem,
    PlanState,
    PlanVisit,
    Progress,
    Quota,
    progress_of,
)
from field178_shared.text.normalisation import by_label, fold

PAGE_SIZE = 50
_NOT_INSPECTED = "not_inspected"
# No id or code holds it.
_BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class PlanReader:
    """Whose plan is read on a day; `is_office`: also the unannounced visits that are not known yet."""

    tenant_id: str
    access: AccessFilter
    today: date
    is_office: bool = False

    def shows(self) -> ColumnElement[bool]:
        """Return the condition of the planned visits that may be shown."""
        return or_(self.access.covers(PlanItemRow.scope), self._early())

    def holds(self, item: PlanItem, scope: str) -> bool:
        """Tell whether a planned visit of this scope may be shown."""
        is_early = self.is_office and scope == OFFICE and self.access.holds(team_scope(item.team_id))
        return is_early or self.access.holds(scope)

    def reads_visits_of(self, quota: Quota) -> bool:
        """Tell whether every visit that a quota counts may be read: a quota counts those of all teams."""
        return self.access.scopes is None or bool(
            quota.team_id and self.access.holds(team_scope(quota.team_id))
        )

    def _early(self) -> ColumnElement[bool]:
        if not self.is_office or self.access.scopes is None:
            return false()
        teams = [one.removeprefix("team:") for one in self.access.scopes if one.startswith("team:")]
        return and_(PlanItemRow.scope == OFFICE, PlanItemRow.team_id.in_(sorted(teams)))


# Still to be made; and what the plan counts: a visit that was cancelled is planned no longer.
OPEN_STATES = frozenset({PlanState.MISSED, PlanState.DUE, PlanState.LATER})
PLANNED_STATES = OPEN_STATES | {PlanState.DONE}
OPEN = "open"
# The plan of a year is asked for by every first page of the office, and changes with a visit: by a few
# readers (two thousand planned visits take 2 MB), for a few years.
_planned: KeptResults[tuple[PlannedVisit, ...]] = KeptResults(6)
_quotas: KeptResults[tuple[QuotaDone, ...]] = KeptResults(6)


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
class PlannedVisit:
    """A planned visit, whether its team may not know of it yet, and what became of it."""

    item: PlanItem
    is_early: bool
    progress: Progress


@dataclass(frozen=True, slots=True)
class QuotaDone:
    """A quota and how many visits were made of it."""

    quota: Quota
    done: int


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
    quotas = _quotas.get(session, reader.tenant_id, year, lambda: _quotas_done(session, reader, plan))
    return YearPlan(plan, stored.rev if stored else 0, quotas, planned_visits(session, reader, year))


def planned_visits(session: Session, reader: PlanReader, year: int) -> tuple[PlannedVisit, ...]:
    """Return the planned visits of a year with what became of them."""
    return _planned.get(session, reader.tenant_id, (reader, year), lambda: _items(session, reader, year))


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
    if stored is None or stored.deleted or stored.type != "plan_item":
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


def _items(session: Session, reader: PlanReader, year: int) -> tuple[PlannedVisit, ...]:
    query = select(*_ITEM_COLUMNS).where(
        PlanItemRow.tenant_id == reader.tenant_id, PlanItemRow.year == year, reader.shows()
    )
    rows = session.execute(query).all()
    if not rows:
        return ()
    ends = _merge_ends(session, reader.tenant_id)
    items = [_item(row, ends) for row in rows]
    progress = progress_of(items, _visits(session, reader, items, ends), reader.today)
    early = {row.record_id for row in rows if row.scope == OFFICE}
    return tuple(PlannedVisit(item, item.id in early, progress[item.id]) for item in items)


def _merge_ends(session: Session, tenant_id: str) -> dict[str, str]:
    """Return {merged establishment: the one that stands for it now}; few are merged."""
    merged = session.scalars(select(MergeProjection.record_id).where(MergeProjection.tenant_id == tenant_id))
    ids = merged.all()
    return merge_targets_of(session, tenant_id, ids) if ids else {}


def _item(row: Any, ends: dict[str, str]) -> PlanItem:
    place = row.establishment_id or ""
    asked = (row.asked_visit_id, row.asked_follow_up_id or "") if row.asked_visit_id else None
    return PlanItem(
        id=row.record_id,
        year=row.year,
        team_id=row.team_id,
        establishment_id=ends.get(place, place),
        establishment_type_id=row.establishment_type_id or "",
        unit_id=row.unit_id or "",
        kind=row.kind,
        trigger=row.trigger,
        window_from=row.window_from,
        window_to=row.window_to,
        asked_by=asked,
        cancelled="" if row.is_cancelled else None,
    )


def _visits(
    session: Session, reader: PlanReader, items: Sequence[PlanItem], ends: Mapping[str, str]
) -> list[PlanVisit]:
    """Return the visits that may keep one of these or were begun from one: few of those of a year."""
    # A visit may be found for several reasons.
    rows = {row.record_id: row for row in session.execute(union_all(*_near(reader, items, ends))).all()}
    return [
        PlanVisit(
            id=row.record_id,
            day=row.occurred_on,
            team_id=row.team_id or "",
            establishment_id=ends.get(row.establishment_id, row.establishment_id or ""),
            establishment_type_id=row.register_type_id or "",
            unit_id=row.register_unit_id or "",
            plan_item_id=row.plan_item_id or "",
            is_inspected=row.outcome != _NOT_INSPECTED,
        )
        for row in rows.values()
    ]


def _near(reader: PlanReader, items: Sequence[PlanItem], ends: Mapping[str, str]) -> Iterator[Select[Any]]:
    """Give the queries of the visits near these: by the index of an establishment's visits, for each reason.

    As one condition with an "or" that index is not used, and every visit of the year is read.
    """
    first, last = min(item.window_from for item in items), max(item.window_to for item in items)
    # Visits alone have an establishment; with their type named besides, SQLite takes the index of types.
    # Joined with the planned visits, it reads every record for each of them.
    near = select(*_VISIT_COLUMNS).where(
        FiledRecord.tenant_id == reader.tenant_id,
        FiledRecord.review_state != "void",
        or_(FiledRecord.occurred_on.between(first, last), FiledRecord.plan_item_id.is_not(None)),
    )
    planned = select(PlanItemRow.establishment_id).where(
        PlanItemRow.tenant_id == reader.tenant_id, PlanItemRow.year == items[0].year
    )
    yield near.where(among(FiledRecord.establishment_id, planned.scalar_subquery()))
    places = {item.establishment_id for item in items}
    merged = [place for place, end in ends.items() if end in places]
    if merged:
        merged += {ends[place] for place in merged}
        yield near.where(FiledRecord.establishment_id.in_(sorted(merged)))
    if any(item.is_open for item in items):
        is_taken = and_(
            EstablishmentProjection.unit_id.in_(sorted({item.unit_id for item in items if item.is_open})),
            EstablishmentProjection.establishment_type_id.in_(
                sorted({item.establishment_type_id for item in items if item.is_open})
            ),
        )
        taken = select(EstablishmentProjection.record_id).where(
            EstablishmentProjection.tenant_id == reader.tenant_id, is_taken
        )
        yield near.where(among(FiledRecord.establishment_id, taken.scalar_subquery()))


@dataclass(frozen=True, slots=True)
class _Counted:
    establishment_type_id: str
    unit_id: str
    team_id: str
    month: int
    count: int


def _quotas_done(session: Session, reader: PlanReader, plan: InspectionPlan) -> tuple[QuotaDone, ...]:
    found = _visit_counts(session, reader, plan) if plan.quotas else []
    return tuple(QuotaDone(quota, _taken(quota, found)) for quota in plan.quotas)


def _visit_counts(session: Session, reader: PlanReader, plan: InspectionPlan) -> list[_Counted]:
    """Return how many visits counted in the year of a plan, by everything that its quotas can name.

    The index of lists alone is read. One text of all four is sorted in half the time of four columns.
    """
    columns = (FiledRecord.register_type_id, FiledRecord.register_unit_id, FiledRecord.team_id)
    text: ColumnElement[str] = func.substr(cast(FiledRecord.occurred_on, Text), 6, 2)
    for column in columns:
        text = text.concat(_BETWEEN).concat(func.coalesce(column, ""))
    query = (
        select(text, func.count())
        .where(
            FiledRecord.tenant_id == reader.tenant_id,
            FiledRecord.occurred_on.between(date(plan.year, 1, 1), date(plan.year, 12, 31)),
            *_named(FiledRecord.register_type_id, (one.establishment_type_id for one in plan.quotas)),
            *_named(FiledRecord.register_unit_id, (one.unit_id for one in plan.quotas)),
            *counted(),
        )
        .group_by(literal_column("1"))
    )
    found = []
    for by, count in session.execute(query):
        month, type_id, unit_id, team_id = by.split(_BETWEEN)
        found.append(_Counted(type_id, unit_id, team_id, int(month), count))
    return found


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


_ITEM_COLUMNS = (
    PlanItemRow.record_id,
    PlanItemRow.scope,
    PlanItemRow.year,
    PlanItemRow.team_id,
    PlanItemRow.establishment_id,
    PlanItemRow.establishment_type_id,
    PlanItemRow.unit_id,
    PlanItemRow.kind,
    PlanItemRow.trigger,
    PlanItemRow.window_from,
    PlanItemRow.window_to,
    PlanItemRow.asked_visit_id,
    PlanItemRow.asked_follow_up_id,
    PlanItemRow.is_cancelled,
)
_VISIT_COLUMNS: tuple[Any, ...] = (
    FiledRecord.record_id,
    FiledRecord.occurred_on,
    FiledRecord.team_id,
    FiledRecord.establishment_id,
    FiledRecord.register_type_id,
    FiledRecord.register_unit_id,
    FiledRecord.plan_item_id,
    FiledRecord.outcome,
)
