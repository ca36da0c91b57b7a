"""Queries of the list of follow-ups, in the tabs overdue, due within a week, later, and closed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from field178_server.database.models import (
    EstablishmentProjection,
    FiledRecord,
    FollowUpProjection,
    PlanItemRow,
    Record,
)
from field178_server.records.access import AccessFilter
from field178_server.records.entries import after_visits, later_entries
from field178_server.records.find_record import merge_targets_of, merged_into_any_of
from field178_server.records.follow_ups import IS_OPEN, is_overdue, is_past_due
from field178_server.records.labels import Names, names_of
from field178_server.records.review_states import IS_NOT_VOID
from field178_server.records.visits_of_establishments import by_establishment
from field178_shared.merge import Data
from field178_shared.records.follow_ups import FollowUpRef
from field178_shared.records.reading import instant_of
from field178_shared.records.repeat_violations import Repetition, earlier_violations, violations_of
from field178_shared.records.sanctions import AfterVisit

PAGE_SIZE, EXPORT_STEP = 50, 500
SOON = timedelta(days=7)
CORRECTION = "correction"
KINDS = (CORRECTION, "decision", "payment")


class FollowUpTab(StrEnum):
    """Tab of the list."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    CLOSED = "closed"


OPEN_TABS = (FollowUpTab.OVERDUE, FollowUpTab.SOON, FollowUpTab.LATER)


@dataclass(frozen=True, slots=True)
class Position:
    """Position of a row in the order of a tab, after which the next page begins."""

    day: date
    visit_id: str
    line: str


@dataclass(frozen=True, slots=True)
class FollowUpFilter:
    """Access, day, tab and filters of the list; "" is all."""

    tenant_id: str
    access: AccessFilter
    today: date
    tab: FollowUpTab = FollowUpTab.OVERDUE
    kind: str = ""
    unit_id: str = ""
    team_id: str = ""
    establishment_type_id: str = ""


@dataclass(frozen=True, slots=True)
class FollowUpPage:
    """One page of a tab, the number of rows of each open tab, and the choices of the filters.

    `repeated`: legal kind of repetition by visit id, for visits with a violation that an earlier visit found
    too. `rechecks`: planned re-inspections of corrections, by visit id and key.
    """

    rows: tuple[FollowUpProjection, ...]
    repeated: Mapping[str, Repetition]
    rechecks: dict[FollowUpRef, str]
    counts: dict[FollowUpTab, int]
    units: tuple[str, ...]
    teams: tuple[str, ...]
    names: Names
    next: Position | None


def follow_up_page(session: Session, filters: FollowUpFilter, after: Position | None) -> FollowUpPage:
    """Return the page of rows after a position: earliest due day first, in the closed tab latest first."""
    is_closed = filters.tab is FollowUpTab.CLOSED
    query = (
        select(FollowUpProjection)
        .where(*_within(filters), _in_tab(filters), _behind(filters.tab, after))
        .order_by(*(column.desc() if is_closed else column.asc() for column in _order(filters.tab)))
        .limit(PAGE_SIZE + 1)
    )
    following = session.scalars(query).all()
    rows = tuple(following[:PAGE_SIZE])
    ids = {row.establishment_id for row in rows if row.establishment_id}
    units, teams = _offered(session, filters)
    return FollowUpPage(
        rows=rows,
        repeated=repeated_visits(session, filters.tenant_id, rows),
        rechecks=_rechecks(session, filters, rows),
        counts=follow_up_counts(session, filters),
        units=units,
        teams=teams,
        names=names_of(session, filters.tenant_id, ids | set(teams)),
        next=_position(rows[-1], filters.tab) if len(following) > PAGE_SIZE else None,
    )


def follow_up_counts(session: Session, filters: FollowUpFilter) -> dict[FollowUpTab, int]:
    """Return the number of rows of each open tab under the filters."""
    # The condition IS_OPEN is in the query once, so that the index of open rows is used.
    counted = [func.count().filter(_is_due_in(tab, filters.today)) for tab in OPEN_TABS]
    query = select(*counted).select_from(FollowUpProjection).where(*_within(filters), IS_OPEN)
    return dict(zip(OPEN_TABS, session.execute(query).one(), strict=True))


def count_overdue(session: Session, tenant_id: str, access: AccessFilter, today: date) -> int:
    """Return the number of overdue rows."""
    filters = FollowUpFilter(tenant_id, access, today)
    query = select(func.count()).select_from(FollowUpProjection).where(*_within(filters), is_overdue(today))
    return session.scalar(query) or 0


def due_between(
    session: Session, tenant_id: str, access: AccessFilter, since: date, until: date
) -> Iterator[tuple[FollowUpProjection, Names]]:
    """Yield every row that is due on these days, with its names, in constant memory."""
    filters, after = FollowUpFilter(tenant_id, access, since), None
    rows: Sequence[FollowUpProjection] = ()
    while after is None or len(rows) == EXPORT_STEP:
        query = (
            select(FollowUpProjection)
            .where(
                *_within(filters),
                FollowUpProjection.due_on.between(since, until),
                _behind(FollowUpTab.LATER, after),
            )
            .order_by(*_order(FollowUpTab.LATER))
            .limit(EXPORT_STEP)
        )
        rows = session.scalars(query).all()
        if not rows:
            return
        names = names_of(session, tenant_id, {row.establishment_id for row in rows if row.establishment_id})
        yield from ((row, names) for row in rows)
        after = _position(rows[-1], FollowUpTab.LATER)
        session.expunge_all()


def repeated_visits(
    session: Session, tenant_id: str, rows: Sequence[FollowUpProjection]
) -> dict[str, Repetition]:
    """Return the repetition of each visit of these rows with a violation that was found there before."""
    visit_ids = {row.visit_id for row in rows if row.kind != CORRECTION}
    places = {row.establishment_id for row in rows if row.establishment_id and row.visit_id in visit_ids}
    ends = merge_targets_of(session, tenant_id, places)
    targets = select(EstablishmentProjection.record_id).where(
        EstablishmentProjection.tenant_id == tenant_id,
        EstablishmentProjection.record_id.in_(sorted({ends.get(place, place) for place in places})),
    )
    visits = (
        select(FiledRecord.record_id, FiledRecord.establishment_id, Record.body)
        .join(
            Record,
            and_(Record.tenant_id == FiledRecord.tenant_id, Record.record_id == FiledRecord.record_id),
        )
        .where(
            FiledRecord.tenant_id == tenant_id,
            # Only visits have an establishment.
            FiledRecord.establishment_id.in_(merged_into_any_of(tenant_id, targets)),
            IS_NOT_VOID,
        )
    )
    by_place: dict[str, dict[str, Data]] = {}
    visit_rows = session.execute(by_establishment(visits)).all()
    ends |= merge_targets_of(session, tenant_id, {place for _, place, _ in visit_rows if place})
    for visit_id, place, body in visit_rows:
        by_place.setdefault(ends.get(str(place), str(place)), {})[visit_id] = json.loads(body)
    return _repetitions(session, tenant_id, visit_ids, by_place)


def _repetitions(
    session: Session, tenant_id: str, visit_ids: set[str], by_place: Mapping[str, Mapping[str, Data]]
) -> dict[str, Repetition]:
    """Return each visit's most serious repetition. `by_place`: establishment id to all visits there."""
    alike = {key: data for there in by_place.values() if len(there) > 1 for key, data in there.items()}
    after = after_visits(alike, later_entries(session, tenant_id, alike.keys()))
    repetitions: dict[str, Repetition] = {}
    for there in by_place.values():
        followed = [(data, after[key]) for key, data in there.items() if key in after]
        for visit_id in visit_ids & there.keys():
            repetition = _repetition(there[visit_id], followed)
            if repetition is not None:
                repetitions[visit_id] = repetition
    return repetitions


def _rechecks(
    session: Session, filters: FollowUpFilter, rows: Sequence[FollowUpProjection]
) -> dict[FollowUpRef, str]:
    visit_ids = {row.visit_id for row in rows if row.kind == CORRECTION}
    query = select(PlanItemRow).where(
        PlanItemRow.tenant_id == filters.tenant_id,
        PlanItemRow.asked_visit_id.in_(sorted(visit_ids)),
        PlanItemRow.is_cancelled.is_(False),
        filters.access.covers(PlanItemRow.scope),
    )
    items = session.scalars(query) if visit_ids else ()
    return {(row.asked_visit_id or "", row.asked_follow_up_id or ""): row.record_id for row in items}


def _repetition(visit: Data, visits: Iterable[tuple[Data, AfterVisit]]) -> Repetition | None:
    earlier = earlier_violations(visits, instant_of(visit, "started_at"))
    kinds = {earlier[violation].repetition for violation in violations_of(visit) & earlier.keys()}
    return Repetition.RECIDIVISM if Repetition.RECIDIVISM in kinds else next(iter(kinds), None)


def _within(filters: FollowUpFilter) -> Sequence[ColumnElement[bool]]:
    return (
        FollowUpProjection.tenant_id == filters.tenant_id,
        filters.access.covers(FollowUpProjection.scope),
        FollowUpProjection.kind == filters.kind if filters.kind else true(),
        FollowUpProjection.unit_id == filters.unit_id if filters.unit_id else true(),
        FollowUpProjection.team_id == filters.team_id if filters.team_id else true(),
        _of_type(filters) if filters.establishment_type_id else true(),
    )


def _of_type(filters: FollowUpFilter) -> ColumnElement[bool]:
    places = select(EstablishmentProjection.record_id).where(
        EstablishmentProjection.tenant_id == filters.tenant_id,
        EstablishmentProjection.establishment_type_id == filters.establishment_type_id,
    )
    return FollowUpProjection.establishment_id.in_(merged_into_any_of(filters.tenant_id, places))


def _in_tab(filters: FollowUpFilter) -> ColumnElement[bool]:
    if filters.tab is FollowUpTab.CLOSED:
        return FollowUpProjection.closed_on.is_not(None)
    return and_(IS_OPEN, _is_due_in(filters.tab, filters.today))


def _is_due_in(tab: FollowUpTab, today: date) -> ColumnElement[bool]:
    soon = today + SOON
    return {
        FollowUpTab.OVERDUE: is_past_due(today),
        FollowUpTab.SOON: FollowUpProjection.due_on.between(today, soon),
        FollowUpTab.LATER: FollowUpProjection.due_on > soon,
    }[tab]


def _order(tab: FollowUpTab) -> tuple[InstrumentedAttribute[Any], ...]:
    day = FollowUpProjection.closed_on if tab is FollowUpTab.CLOSED else FollowUpProjection.due_on
    return (day, FollowUpProjection.visit_id, FollowUpProjection.line)


def _behind(tab: FollowUpTab, after: Position | None) -> ColumnElement[bool]:
    if after is None:
        return true()
    row, bound = tuple_(*_order(tab)), (after.day, after.visit_id, after.line)
    return row < bound if tab is FollowUpTab.CLOSED else row > bound


def _position(row: FollowUpProjection, tab: FollowUpTab) -> Position:
    day = row.closed_on if tab is FollowUpTab.CLOSED else row.due_on
    assert day is not None
    return Position(day, row.visit_id, row.line)


def _offered(session: Session, filters: FollowUpFilter) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the communes and the teams of all rows within the access filter."""
    row = FollowUpProjection
    query = select(row.unit_id, row.team_id).where(
        row.tenant_id == filters.tenant_id, filters.access.covers(row.scope)
    )
    pairs = session.execute(query.distinct()).all()
    units = {pair.unit_id for pair in pairs if pair.unit_id}
    teams = {pair.team_id for pair in pairs if pair.team_id}
    return tuple(sorted(units)), tuple(sorted(teams))
