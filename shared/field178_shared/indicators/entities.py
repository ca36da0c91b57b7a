"""Entities that formulas count, as they are at the end of a period, with their events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Protocol

from field178_shared.codelists import CodeLists
from field178_shared.codelists.places import MediaOutlet, Place
from field178_shared.formulas.rows import Row
from field178_shared.indicators.events import Event
from field178_shared.indicators.periods import Period
from field178_shared.records.establishment import ENDED, unit_on
from field178_shared.records.reading import Data, day_of, text_of
from field178_shared.records.teams import Team


class CountedEntity(Protocol):
    """An entity over time."""

    @property
    def kind(self) -> str:
        """The kind of entity."""

    @property
    def id(self) -> str:
        """Its key among those of its kind."""

    def unit_on(self, day: date) -> str:
        """Return the unit that it lies in on a day."""

    def is_there_on(self, day: date) -> bool:
        """Tell whether it exists on a day."""

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return what it is on the last day of a period, in which its last event was on a day."""


@dataclass(frozen=True, slots=True)
class EstablishmentEntity:
    """An establishment of the register."""

    id: str
    data: Data
    lists: CodeLists
    kind: str = "establishment"

    def unit_on(self, day: date) -> str:
        """Return the unit version that it lay in on that day."""
        return unit_on(self.data, day, self.lists)

    def is_there_on(self, day: date) -> bool:
        """Tell whether it has been seen, and not closed, on a day; days that nobody wrote are no limit."""
        first = day_of(self.data, "first_seen_on") or day_of(self.data, "registration_date")
        if first is not None and day < first:
            return False
        if text_of(self.data, "operating_status_id") not in ENDED:
            return True
        last = day_of(self.data, "closed_on") or day_of(self.data, "status_from")
        return last is not None and day < last

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return its kind and the national group of that kind."""
        type_id = text_of(self.data, "establishment_type_id")
        kind = self.lists.types.get(type_id)
        return {
            "establishment_type_id": type_id,
            "national_group": kind.national_group if kind else "",
            "workers_least": kind.workers.least if kind else None,
            "workers_most": kind.workers.most if kind else None,
        }


@dataclass(frozen=True, slots=True)
class PlaceEntity:
    """A school or an industrial zone."""

    kind: str
    place: Place

    @property
    def id(self) -> str:
        """The key of its row."""
        return self.place.id

    def unit_on(self, day: date) -> str:
        """Return the unit that it lies in."""
        return self.place.unit_id

    def is_there_on(self, day: date) -> bool:
        """Tell whether its row is in force."""
        return self.place.valid_on(day)

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return its head count: the one in force on the day of its last session, where it had one.

        The roll of a school changes in September, within the year of the report.
        """
        known = self.place.count_on(last_event)
        return {"head_count": None if known is None else known.count}


@dataclass(frozen=True, slots=True)
class OutletEntity:
    """A media outlet."""

    outlet: MediaOutlet
    lists: CodeLists
    kind: str = "media_outlet"

    @property
    def id(self) -> str:
        """The key of its row."""
        return self.outlet.id

    def unit_on(self, day: date) -> str:
        """Return the unit whose duty it is."""
        return self.outlet.unit_id

    def is_there_on(self, day: date) -> bool:
        """Tell whether its row is in force."""
        return self.outlet.valid_on(day)

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return its channel, and whether that owes an item every month."""
        channel = self.lists.media_channels.get(self.outlet.channel_id)
        return {
            "channel_id": self.outlet.channel_id,
            "monthly_duty": channel is not None and channel.monthly_duty,
        }


@dataclass(frozen=True, slots=True)
class TeamEntity:
    """An inspection team."""

    team: Team
    lists: CodeLists
    kind: str = "team"

    @property
    def id(self) -> str:
        """The key of the team."""
        return self.team.id

    def unit_on(self, day: date) -> str:
        """Return the unit that it works for: its own, or the one above all of its communes."""
        if len(self.team.unit_ids) == 1:
            return self.team.unit_ids[0]
        known = (self.lists.units[one] for one in self.team.unit_ids if one in self.lists.units)
        return next((unit.parent for unit in known if unit.parent), "")

    def is_there_on(self, day: date) -> bool:
        """Tell whether its decision is in force."""
        return self.team.holds_on(day)

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return whether a decision set it up."""
        return {"has_decision": bool(self.team.decision_number)}


class EntityInPeriod:
    """An entity at the end of a period, with its events by source, oldest first: what formulas read.

    `today`: its months and quarters have ended by then, or not.
    """

    def __init__(
        self, entity: CountedEntity, period: Period, today: date, events: Mapping[str, Sequence[Event]]
    ) -> None:
        self._entity = entity
        self._period = period
        self._today = today
        self._events = events

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        return self._period.end - timedelta(days=1)

    @property
    def is_there(self) -> bool:
        """Whether the entity exists at the end of the period."""
        return self._entity.is_there_on(self.last_day)

    @cached_property
    def attributes(self) -> Mapping[str, object]:
        """Return what it is at the end of the period."""
        days = [one.day for events in self._events.values() for one in events if one.day in self._period]
        return self._entity.attributes(max(days, default=self.last_day), self.last_day)

    def rows(self, source: str) -> Sequence[Row]:
        """Return its events in the period."""
        return [one.row for one in self._events.get(source, ()) if one.day in self._period]

    def rows_until(self, source: str) -> Sequence[Row]:
        """Return its events up to the end of the period, oldest first."""
        return [one.row for one in self._events.get(source, ()) if one.day < self._period.end]

    def parts(self, kind: str) -> Sequence[EntityInPeriod]:
        """Return it in each month or quarter of the period that has ended, from when it was there."""
        parts = self._period.parts(kind, self._today)
        inside = [EntityInPeriod(self._entity, part, self._today, self._events) for part in parts]
        return [one for one in inside if one.is_there]


def entities_of_lists(lists: CodeLists) -> list[CountedEntity]:
    """Return the schools, zones and media outlets of the lists."""
    places = (("school", lists.schools), ("zone", lists.zones))
    found: list[CountedEntity] = [
        PlaceEntity(kind, place) for kind, rows in places for place in rows.values()
    ]
    return [*found, *(OutletEntity(outlet, lists) for outlet in lists.media_outlets.values())]
