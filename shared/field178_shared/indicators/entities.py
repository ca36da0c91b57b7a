"""Entities that formulas count, as they are at the end of a period, with their events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Protocol

from field178_shared.codelists import CodeLists
from field178_shared.codelists.places import MediaOutlet, Place
from field178_shared.formulas.evaluation import Run
from field178_shared.formulas.rows import Row
from field178_shared.indicators.areas import is_divided, part_of
from field178_shared.indicators.events import Event
from field178_shared.indicators.periods import Period
from field178_shared.records.establishment import ENDED, unit_on
from field178_shared.records.reading import Data, count_of, day_of, ids_of, text_of
from field178_shared.records.returns import ACTIVE_MODEL, ENDED_MODEL, PilotModel
from field178_shared.records.teams import Team

_ONE_DAY = timedelta(days=1)


class CountedEntity(Protocol):
    """An entity over time."""

    @property
    def kind(self) -> str:
        """The kind of entity."""

    @property
    def id(self) -> str:
        """Its key among those of its kind."""

    def unit_on(self, day: date) -> str:
        """Return the unit of the entity on a day."""

    def is_there_on(self, day: date) -> bool:
        """Return whether it exists on a day."""

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return the attributes on the last day of a period, given the day of the last event in it."""


@dataclass(frozen=True, slots=True)
class EstablishmentEntity:
    """An establishment of the register."""

    id: str
    data: Data
    lists: CodeLists
    kind: str = "establishment"

    def unit_on(self, day: date) -> str:
        """Return the unit version of the establishment on a day; for a divided unit, the part.

        The part is known once the establishment is assigned to one of the successor units.
        """
        unit_id, present = unit_on(self.data, day, self.lists), text_of(self.data, "unit_id")
        if unit_id == present or not is_divided(self.lists, unit_id):
            return unit_id
        path = (*ids_of(self.data, "former_unit_ids"), present)
        return part_of(unit_id, path[path.index(unit_id) + 1])

    def is_there_on(self, day: date) -> bool:
        """Return whether the establishment was seen and not closed on a day; missing dates are unbounded."""
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
            "workers_least": kind.workers.least if kind else 0,
            # Of a kind that the lists do not have it may be as many as any kind has.
            "workers_most": kind.workers.most if kind else self._most_of_any_kind(),
        }

    def _most_of_any_kind(self) -> int:
        return max(
            (establishment_type.workers.most for establishment_type in self.lists.types.values()), default=0
        )


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
        """Return the unit of the place."""
        return self.place.unit_id

    def is_there_on(self, day: date) -> bool:
        """Return whether its row is in force."""
        return self.place.valid_on(day)

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return the head count in force on the day of its last session, if there was one.

        Head counts of schools change in September, within the year of the report.
        """
        count = self.place.count_on(last_event)
        return {"head_count": None if count is None else count.count}


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
        """Return whether its row is in force."""
        return self.outlet.valid_on(day)

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return the channel of the outlet, and whether it must publish every month."""
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
        """Return the unit of the team: its only unit, or the parent unit of its communes."""
        if len(self.team.unit_ids) == 1:
            return self.team.unit_ids[0]
        units = (self.lists.units[unit_id] for unit_id in self.team.unit_ids if unit_id in self.lists.units)
        return next((unit.parent for unit in units if unit.parent), "")

    def is_there_on(self, day: date) -> bool:
        """Return whether its decision is in force."""
        return self.team.holds_on(day)

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return whether a decision set it up."""
        return {"has_decision": bool(self.team.decision_number)}


@dataclass(frozen=True, slots=True)
class PilotModelEntity:
    """A pilot model."""

    id: str
    model: PilotModel
    kind: str = "pilot_model"

    def unit_on(self, day: date) -> str:
        """Return its area."""
        return self.model.unit_id

    def is_there_on(self, day: date) -> bool:
        """Return whether the model is running on a day."""
        return self.model.goes_on(day)

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return the state of the model; a model that ended later was active."""
        status = self.model.status
        return {"status": ACTIVE_MODEL if status == ENDED_MODEL else status}


@dataclass(frozen=True, slots=True)
class ReporterEntity:
    """An agency that sends totals of an area, from its first return while agency and area exist.

    Its last totals are not carried over to successors of the agency or area; they report anew.
    """

    id: str
    first_month: date
    lists: CodeLists
    kind: str = "reporter"

    def unit_on(self, day: date) -> str:
        """Return its area."""
        return self.id.partition("|")[2]

    def is_there_on(self, day: date) -> bool:
        """Return whether the agency has begun to send, and agency and area exist."""
        agency = self.lists.agencies.get(self.id.partition("|")[0])
        unit = self.lists.units.get(self.unit_on(day))
        return self.first_month <= day and all(item is None or item.valid_on(day) for item in (agency, unit))

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return the agency."""
        return {"agency_id": self.id.partition("|")[0]}


@dataclass(frozen=True, slots=True)
class RiskGroupEntity:
    """An at-risk group of a commune, from its first count while the commune exists.

    Its last count is not carried over to successors of the commune; they count anew.
    """

    id: str
    first_day: date
    lists: CodeLists
    kind: str = "risk_group"

    def unit_on(self, day: date) -> str:
        """Return the commune."""
        return self.id.partition("|")[2]

    def is_there_on(self, day: date) -> bool:
        """Return whether the group has been counted and its commune exists."""
        unit = self.lists.units.get(self.unit_on(day))
        return self.first_day <= day and unit is not None and unit.valid_on(day)

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return the id of the group."""
        return {"group_id": self.id.partition("|")[0]}


@dataclass(frozen=True, slots=True)
class DenominatorEntity:
    """A total of a kind in a unit, as stated from day to day, oldest first.

    The total is in force from `first_day` until `replaced_on`, when all successor units state their totals.
    """

    denominator: str
    unit_id: str
    values: tuple[tuple[date, int], ...]
    first_day: date
    replaced_on: date | None
    kind: str = "denominator"

    @property
    def id(self) -> str:
        """Its kind and unit."""
        return f"{self.denominator}|{self.unit_id}"

    def unit_on(self, day: date) -> str:
        """Return the unit that it is a total of."""
        return self.unit_id

    def is_there_on(self, day: date) -> bool:
        """Return whether the total is stated by a day, and not yet replaced by totals of all successors."""
        return self.first_day <= day and (self.replaced_on is None or day < self.replaced_on)

    def attributes(self, last_event: date, last_day: date) -> Row:
        """Return the total that was stated last."""
        past_values = [value for valid_from, value in self.values if valid_from <= last_day]
        return {"kind": self.denominator, "value": past_values[-1] if past_values else None}


def denominator_entities(records: Iterable[Data], lists: CodeLists) -> list[DenominatorEntity]:
    """Return the totals of each kind and unit, from the records that state them."""
    stated: dict[tuple[str, str], dict[date, int]] = {}
    for data in records:
        day, value = day_of(data, "valid_from"), count_of(data, "value")
        if day is not None and value is not None:
            stated.setdefault((text_of(data, "kind"), text_of(data, "unit_id")), {})[day] = value
    first = {key: max(min(values), _begin(key[1], lists)) for key, values in stated.items()}
    return [
        DenominatorEntity(*key, tuple(sorted(values.items())), first[key], _replaced_on(*key, first, lists))
        for key, values in stated.items()
    ]


def _begin(unit_id: str, lists: CodeLists) -> date:
    unit = lists.units.get(unit_id)
    return (unit.valid_from if unit else None) or date.min


def _replaced_on(
    kind: str, unit_id: str, first: Mapping[tuple[str, str], date], lists: CodeLists
) -> date | None:
    """Return the day from which all successors of a unit state a total, or None."""
    days: list[date] = []
    for step in lists.successors(unit_id):
        replaced_on = first.get((kind, step.target)) or _replaced_on(kind, step.target, first, lists)
        if replaced_on is None:
            return None
        days.append(replaced_on)
    return max(days, default=None)


class EntityInPeriod:
    """An entity at the end of a period, with its events by source (oldest first), as formulas read it.

    `today` determines which months and quarters have ended.
    """

    def __init__(
        self, entity: CountedEntity, period: Period, today: date, events: Mapping[str, Sequence[Event]]
    ) -> None:
        self._entity = entity
        self._period = period
        self._today = today
        self._events = events
        # Last day of the period.
        self.last_day = period.end - _ONE_DAY
        self._evaluated: dict[str, Any] = {}

    @property
    def is_there(self) -> bool:
        """Whether the entity exists at the end of the period."""
        return self._entity.is_there_on(self.last_day)

    @cached_property
    def attributes(self) -> Mapping[str, object]:
        """Return the attributes of the entity at the end of the period."""
        days = [
            event.day for events in self._events.values() for event in events if event.day in self._period
        ]
        return self._entity.attributes(max(days, default=self.last_day), self.last_day)

    def rows(self, source: str) -> Sequence[Row]:
        """Return its events in the period."""
        return [event.row for event in self._events.get(source, ()) if event.day in self._period]

    def rows_until(self, source: str) -> Sequence[Row]:
        """Return its events up to the end of the period, oldest first."""
        return [event.row for event in self._events.get(source, ()) if event.day < self._period.end]

    def evaluated(self, text: str, run: Run) -> Any:
        """Return the value of a term or of an expression on its events, evaluated once for all aggregates."""
        try:
            return self._evaluated[text]
        except KeyError:
            value = self._evaluated[text] = run(self)
            return value

    def parts(self, kind: str) -> Sequence[EntityInPeriod]:
        """Return the entity in each ended month or quarter of the period in which it existed."""
        parts = self._period.parts(kind, self._today)
        inside = [EntityInPeriod(self._entity, part, self._today, self._events) for part in parts]
        return [part for part in inside if part.is_there]


def entities_of_lists(lists: CodeLists) -> list[CountedEntity]:
    """Return the schools, zones and media outlets of the lists."""
    places = (("school", lists.schools), ("zone", lists.zones))
    entities: list[CountedEntity] = [
        PlaceEntity(kind, place) for kind, rows in places for place in rows.values()
    ]
    return [*entities, *(OutletEntity(outlet, lists) for outlet in lists.media_outlets.values())]
