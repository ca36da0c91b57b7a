"""Planned visits on this tablet, with their progress by filed and received visits."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from field178_mobile.store import Store
from field178_mobile.store.model import VisitListing
from field178_shared.record_type import RecordType
from field178_shared.records.follow_ups import FollowUpRef, OpenFollowUp
from field178_shared.records.plan import PlanItem, PlanState, PlanVisit, Progress, progress_of
from field178_shared.records.reading import text_of
from field178_shared.time.clock import local_date


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """A planned visit with its progress."""

    item: PlanItem
    progress: Progress


class PlannedVisits:
    """Reader of planned visits; the values of a visit are read once, not at every refresh."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._facts: dict[str, tuple[str, str, str]] = {}

    def read(self, today: date) -> tuple[PlannedItem, ...]:
        """Return the planned visits that are not cancelled, with their progress on a day."""
        items = [item for item in items_of(self._store) if item.cancelled is None]
        progress = progress_of(items, self._visits(items), today) if items else {}
        return tuple(PlannedItem(item, progress[item.id]) for item in items)

    def offered(self, visit: PlanVisit, today: date) -> tuple[PlanItem, ...]:
        """Return the planned visits that a visit may complete: its own, due ones, missed ones."""
        place = (visit.establishment_id, visit.establishment_type_id, visit.unit_id)
        here = [
            item for item in items_of(self._store) if item.team_id == visit.team_id and item.is_at(*place)
        ]
        if not here:
            return ()
        states = {planned.item.id: planned.progress.state for planned in self.read(visit.day or today)}
        first = [
            item for item in here if item.id == visit.plan_item_id or states.get(item.id) is PlanState.DUE
        ]
        missed = [item for item in here if item not in first and states.get(item.id) is PlanState.MISSED]
        return (*sorted(first, key=_by_end), *sorted(missed, key=_by_end, reverse=True))

    def forget(self, record_ids: Collection[str] | None) -> None:
        """Drop the cached values of these visits, None for all."""
        for record_id in list(self._facts) if record_ids is None else record_ids:
            self._facts.pop(record_id, None)

    def _visits(self, items: Collection[PlanItem]) -> list[PlanVisit]:
        places = {item.establishment_id for item in items}
        kinds = {(item.establishment_type_id, item.unit_id) for item in items if item.is_open}
        taken = self._store.establishments() if kinds else ()
        register = {listing.id: (listing.type_id, listing.unit_id) for listing in taken}
        places |= {place for place, kind in register.items() if kind in kinds}
        visits = self._store.visits()
        return [
            self._visit(visit, *register.get(place, ("", "")))
            for place in places
            for visit in visits.get(place, ())
            if not visit.is_void
        ]

    def _visit(self, visit: VisitListing, type_id: str, unit_id: str) -> PlanVisit:
        if visit.id not in self._facts:
            view = self._store.view(visit.id)
            data = view.data if view is not None else {}
            names = ("team_id", "inspection_kind", "plan_item_id")
            team_id, kind, item_id = (text_of(data, name) for name in names)
            self._facts[visit.id] = (team_id, kind, item_id)
        team_id, kind, item_id = self._facts[visit.id]
        return PlanVisit(
            id=visit.id,
            day=local_date(visit.started_at) if visit.started_at else None,
            team_id=team_id,
            establishment_id=visit.establishment_id,
            establishment_type_id=type_id,
            unit_id=unit_id,
            kind=kind,
            plan_item_id=item_id,
            is_inspected=visit.is_inspected,
        )


def items_of(store: Store) -> list[PlanItem]:
    """Return the planned visits that a store holds."""
    return [PlanItem.from_data(view.id, view.data) for view in store.views(RecordType.PLAN_ITEM)]


def requested_first(
    follow_ups: Iterable[OpenFollowUp], store: Store, establishment_id: str
) -> tuple[OpenFollowUp, ...]:
    """Return open corrections, those with a planned re-inspection first."""
    requested: set[FollowUpRef] = {
        item.asked_by
        for item in items_of(store)
        if item.asked_by and item.cancelled is None and item.establishment_id == establishment_id
    }
    return tuple(
        sorted(follow_ups, key=lambda follow_up: (follow_up.visit_id, follow_up.key) not in requested)
    )


def _by_end(item: PlanItem) -> tuple[date, str]:
    return (item.window_to, item.id)
