"""Yearly plan: quotas, planned visits, and their progress computed from the filed visits.

The progress of a planned visit is never stored: console and tablet compute it here from the visits.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Self

from field178_shared.records.reading import Data, day_of, entry_of, read_as, text_of
from field178_shared.time.no_day import day_or_sentinel

UNANNOUNCED, RECHECK = "unannounced", "recheck"


class PlanState(StrEnum):
    """State of a planned visit."""

    LATER = "later"
    DUE = "due"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"


def is_secret(kind: str, window_from: date, today: date) -> bool:
    """Return whether a planned visit is visible to the office only: unannounced, before its window."""
    return kind == UNANNOUNCED and today < window_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Target number of visits; an empty member matches any value."""

    key: str
    establishment_type_id: str
    unit_id: str
    month: int | None
    team_id: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionPlan:
    """The plan of a year."""

    year: int
    number: str = ""
    issued_on: date | None = None
    quotas: tuple[Quota, ...] = ()

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        plan = read_as(cls, data)
        return replace(plan, quotas=tuple(sorted(plan.quotas, key=lambda quota: quota.key)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """A visit that a team shall make; without an establishment it is open: any of the type in the commune."""

    id: str
    year: int
    team_id: str
    establishment_id: str
    establishment_type_id: str
    unit_id: str
    kind: str = field(metadata={"name": "inspection_kind"})
    trigger: str
    window_from: date
    window_to: date
    reason: str = ""
    asked_by: tuple[str, str] | None = None
    cancelled: str | None = None

    @classmethod
    def from_data(cls, item_id: str, data: Data) -> Self:
        """Read a record's data; a window that cannot be read is long past."""
        asked_by, cancelled = entry_of(data, "asked_by"), entry_of(data, "cancelled")
        return read_as(
            cls,
            data,
            id=item_id,
            window_from=day_of(data, "window_from") or date.min,
            window_to=day_of(data, "window_to") or date.min,
            asked_by=(text_of(asked_by, "visit_id"), text_of(asked_by, "follow_up_id")) if asked_by else None,
            cancelled=text_of(cancelled, "reason") if cancelled else None,
        )

    @property
    def is_open(self) -> bool:
        """Return whether the team chooses the establishment."""
        return not self.establishment_id

    @property
    def is_whole_month(self) -> bool:
        """Whether the window is one calendar month from its first day to its last."""
        first, last = self.window_from, self.window_to
        return (first.day, first.month) == (1, last.month) and last.day == monthrange(last.year, last.month)[
            1
        ]

    def is_secret(self, today: date) -> bool:
        """Return whether the visit is visible to the office only: unannounced, before its window."""
        return is_secret(self.kind, self.window_from, today)

    def is_fulfilled_by(self, visit: PlanVisit) -> bool:
        """Return whether a visit of the same team and kind at the planned place is in the window."""
        return (
            visit.team_id == self.team_id
            and visit.kind == self.kind
            and visit.day is not None
            and self.window_from <= visit.day <= self.window_to
            and self._is_place_of(visit)
        )

    def is_named_by(self, visit: PlanVisit) -> bool:
        """Return whether a visit was started from the planned visit, at its place, on any day."""
        return visit.plan_item_id == self.id and self._is_place_of(visit)

    def is_at(self, establishment_id: str, establishment_type_id: str, unit_id: str) -> bool:
        """Return whether the visit may take place at an establishment: the named one, or any of its kind."""
        if self.is_open:
            return (self.establishment_type_id, self.unit_id) == (establishment_type_id, unit_id)
        return establishment_id == self.establishment_id

    def _is_place_of(self, visit: PlanVisit) -> bool:
        return self.is_at(visit.establishment_id, visit.establishment_type_id, visit.unit_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVisit:
    """Values of a filed visit that the plan reads."""

    id: str
    day: date | None
    team_id: str
    establishment_id: str
    establishment_type_id: str
    unit_id: str
    kind: str
    plan_item_id: str = ""
    is_inspected: bool = True
    is_void: bool = False

    @property
    def counts(self) -> bool:
        """Return whether the team got in, and the office has not voided it."""
        return self.is_inspected and not self.is_void


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a planned visit: its completing visit, and visits without access, oldest first."""

    state: PlanState
    visit_id: str = ""
    tried: tuple[str, ...] = field(default=())


def progress_of(items: Iterable[PlanItem], visits: Iterable[PlanVisit], today: date) -> dict[str, Progress]:
    """Return the progress of each planned visit; a visit completes at most one of them.

    Visits that name a planned visit are matched first, then visits of the same kind, team, establishment and
    window, then visits that fit an open planned visit. If several planned visits match, the one that ends
    first is completed.
    """
    every = sorted(items, key=lambda item: (item.window_to, item.window_from, item.id))
    alive = [item for item in every if item.cancelled is None]
    valid = sorted((visit for visit in visits if not visit.is_void), key=_by_day)
    done: dict[str, str] = {}
    left = {visit.id: visit for visit in valid if visit.counts}
    # Few visits name an item, and a year has thousands.
    named = {visit.id: visit for visit in left.values() if visit.plan_item_id}
    _assign(alive, named, done, PlanItem.is_named_by)
    left = {key: visit for key, visit in left.items() if not visit.plan_item_id or key in named}
    for is_open in (False, True):
        _assign([item for item in alive if item.is_open is is_open], left, done, PlanItem.is_fulfilled_by)
    tried = _tried(alive, [visit for visit in valid if not visit.is_inspected])
    return {
        item.id: Progress(_state(item, done, today), done.get(item.id, ""), tuple(tried.get(item.id, ())))
        for item in every
    }


def monthly_need(target: int, done: int, year: int, today: date) -> int | None:
    """Return the number of visits needed in each remaining month; None outside the year."""
    if today.year != year:
        return None
    months_left = 13 - today.month
    return -(-max(0, target - done) // months_left)


def _assign(
    items: Collection[PlanItem],
    left: dict[str, PlanVisit],
    done: dict[str, str],
    fits: Callable[[PlanItem, PlanVisit], bool],
) -> None:
    """Assign each remaining visit, earliest first, to the matching planned visit that ends first."""
    by_place = _by_place(items)
    for visit in list(left.values()) if items else ():
        keys = (visit.establishment_id, (visit.establishment_type_id, visit.unit_id))
        near = [item for key in keys for item in by_place.get(key, ())]
        item = next((item for item in near if item.id not in done and fits(item, visit)), None)
        if item is not None:
            done[item.id] = visit.id
            del left[visit.id]


def _by_place(items: Iterable[PlanItem]) -> Mapping[object, list[PlanItem]]:
    by_key: dict[object, list[PlanItem]] = {}
    for item in items:
        key = (item.establishment_type_id, item.unit_id) if item.is_open else item.establishment_id
        by_key.setdefault(key, []).append(item)
    return by_key


def _tried(items: Collection[PlanItem], visits: Iterable[PlanVisit]) -> dict[str, list[str]]:
    """Return the visits without access by planned visit; they explain why it is open and complete nothing."""
    by_place = _by_place(items)
    visit_ids: dict[str, list[str]] = {}
    for visit in visits:
        for item in by_place.get(visit.establishment_id, ()):
            if item.is_named_by(visit) or item.is_fulfilled_by(visit):
                visit_ids.setdefault(item.id, []).append(visit.id)
    return visit_ids


def _state(item: PlanItem, done: Mapping[str, str], today: date) -> PlanState:
    if item.cancelled is not None:
        return PlanState.CANCELLED
    if item.id in done:
        return PlanState.DONE
    if today > item.window_to:
        return PlanState.MISSED
    return PlanState.LATER if today < item.window_from else PlanState.DUE


def _by_day(visit: PlanVisit) -> tuple[date, str]:
    return (day_or_sentinel(visit.day), visit.id)
