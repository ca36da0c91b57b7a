"""Plans: the planned visits that share the visits which may make them done, and so are counted together.

Those of one establishment are a plan, unless open ones may take its visits too: then all of its kind in its
commune are one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.models import EstablishmentProjection, FiledRecord, PlanItemRow
from field178_server.office.indicators.source.links import plan_of_kind
from field178_server.office.indicators.source.records import TENANT
from field178_server.records.establishment_kinds import kinds_and_communes
from field178_server.records.visits_of_establishments import by_establishment
from field178_shared.indicators.periods import Period
from field178_shared.records.reading import Data

_ITEM, _PLACE = PlanItemRow, EstablishmentProjection
_MARK = "@"
_KIND = _ITEM.establishment_type_id + " " + _ITEM.unit_id
_KIND_OF_PLACE = _PLACE.establishment_type_id + " " + _PLACE.unit_id
_OF_TENANT = (_ITEM.tenant_id == TENANT, _ITEM.is_cancelled.is_(False))
_ITEMS = select(
    _ITEM.record_id,
    _ITEM.establishment_id,
    _ITEM.establishment_type_id,
    _ITEM.unit_id,
    _ITEM.window_from,
    _ITEM.window_to,
)
_OPEN_OR_AT = _ITEMS.where(
    *_OF_TENANT,
    or_(
        and_(_ITEM.establishment_id.is_(None), database.among(_KIND, bindparam("plans"))),
        database.among(_ITEM.establishment_id, bindparam("places")),
    ),
)
_AT_KINDS = (
    _ITEMS.add_columns(_KIND_OF_PLACE)
    .join(_PLACE, and_(_PLACE.tenant_id == _ITEM.tenant_id, _PLACE.record_id == _ITEM.establishment_id))
    .where(*_OF_TENANT, database.among(_KIND_OF_PLACE, bindparam("plans")))
)
_PLACES = select(_PLACE.record_id).where(
    _PLACE.tenant_id == TENANT,
    _PLACE.unit_id == bindparam("unit_id"),
    _PLACE.establishment_type_id == bindparam("type_id"),
)
_VISITS = by_establishment(
    select(FiledRecord.record_id).where(
        FiledRecord.tenant_id == TENANT,
        database.among(FiledRecord.establishment_id, bindparam("places")),
        or_(
            FiledRecord.occurred_on.between(bindparam("first"), bindparam("last")),
            database.among(FiledRecord.plan_item_id, bindparam("items")),
        ),
    )
)


def plan_of_place(establishment_id: str) -> str:
    """Return the plan of one establishment."""
    return _MARK + establishment_id


def plans_ending_in(session: Session, tenant_id: str, period: Period) -> set[str]:
    """Return the plans with a planned visit whose window ends in a period."""
    query = select(_ITEM.establishment_id, _ITEM.establishment_type_id, _ITEM.unit_id).where(
        _ITEM.tenant_id == tenant_id,
        _ITEM.is_cancelled.is_(False),
        _ITEM.window_to >= period.first,
        _ITEM.window_to < period.end,
    )
    return {
        plan_of_kind(str(type_id), str(unit_id)) if place is None else plan_of_place(place)
        for place, type_id, unit_id in session.execute(query.distinct())
    }


@dataclass(frozen=True, slots=True)
class _Item:
    """A planned visit: its plan, its establishment or, where it is open, the kind that it takes."""

    record_id: str
    plan: str
    establishment_id: str
    kind: tuple[str, str]
    window_from: date
    window_to: date


@dataclass(slots=True)
class ItemsOfPlans:
    """The planned visits of some plans, the visits that may have made them done, and what the register says.

    `plans`: the plan of each planned visit by its id.
    """

    plans: dict[str, str] = field(default_factory=dict)
    visits: set[str] = field(default_factory=set)
    register: dict[str, Data] = field(default_factory=dict)


class Plans:
    """The plans of a tenant."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._known: dict[str, tuple[str, str] | None] = {}

    def of_places(self, ids: Collection[str]) -> dict[str, str]:
        """Return the plan of the kind and commune of establishments, where the register has them."""
        return {one: plan_of_kind(*kind) for one, kind in self._register(ids).items()}

    def beside(self, plans: Collection[str]) -> set[str]:
        """Return the plans of single establishments that are one with these, or were without open visits."""
        return {plan_of_place(one.establishment_id) for one in self._at_kinds(plans)}

    def read(self, plans: Collection[str]) -> ItemsOfPlans:
        """Return what there is in plans; an establishment whose plan is shared has nothing in its own."""
        places = {one.removeprefix(_MARK) for one in plans if one.startswith(_MARK)}
        kinds = self.of_places(places)
        of_kinds = {one for one in plans if not one.startswith(_MARK)}.union(kinds.values())
        opened, closed = self._open_and_at(of_kinds, places)
        shared = {one.plan for one in opened}
        alone = (one for one in closed if kinds.get(one.establishment_id) not in shared)
        items = [*opened, *alone, *self._at_kinds(shared)]
        if not items:
            return ItemsOfPlans()
        register = self._register({one.establishment_id for one in items})
        for kind in {one.kind for one in opened}:
            register |= self._places_of(kind)
        return ItemsOfPlans(
            {one.record_id: one.plan for one in items},
            self._visits(items, register),
            {
                one: {"establishment_type_id": type_id, "unit_id": unit_id}
                for one, (type_id, unit_id) in register.items()
            },
        )

    def _open_and_at(
        self, plans: Collection[str], places: Collection[str]
    ) -> tuple[list[_Item], list[_Item]]:
        """Return the open planned visits of kinds and communes, and those of single establishments."""
        opened, closed = list[_Item](), list[_Item]()
        if plans or places:
            rows = self._session.execute(_OPEN_OR_AT, self._asked(plans=plans, places=places))
            for record_id, place, type_id, unit_id, *window in rows:
                if place is None:
                    kind = (str(type_id), str(unit_id))
                    opened.append(_Item(record_id, plan_of_kind(*kind), "", kind, *window))
                else:
                    closed.append(_Item(record_id, plan_of_place(place), place, ("", ""), *window))
        return opened, closed

    def _at_kinds(self, plans: Collection[str]) -> Iterator[_Item]:
        if plans:
            rows = self._session.execute(_AT_KINDS, self._asked(plans=plans))
            for record_id, place, _, _, *window, plan in rows:
                yield _Item(record_id, plan, str(place), ("", ""), *window)

    def _asked(self, **lists: Collection[str]) -> dict[str, object]:
        return database.bound_values(
            self._session,
            tenant_id=self._tenant_id,
            **{name: sorted(values) for name, values in lists.items()},
        )

    def _register(self, ids: Collection[str]) -> dict[str, tuple[str, str]]:
        """Return kind and commune of those of these establishments that the register has."""
        if missing := set(ids) - self._known.keys():
            known = kinds_and_communes(self._session, self._tenant_id, missing)
            self._known |= dict.fromkeys(missing) | known
        return {one: kind for one in ids if (kind := self._known[one]) is not None}

    def _places_of(self, kind: tuple[str, str]) -> dict[str, tuple[str, str]]:
        """Return the establishments of a kind in a commune."""
        asked = {"tenant_id": self._tenant_id, "type_id": kind[0], "unit_id": kind[1]}
        return {one: kind for (one,) in self._session.execute(_PLACES, asked)}

    def _visits(self, items: Collection[_Item], register: Mapping[str, object]) -> set[str]:
        """Return the visits to these places that a planned visit takes by its days, or that name one."""
        places = {*register, *(one.establishment_id for one in items)}
        asked = self._asked(places=places, items={one.record_id for one in items})
        asked["first"] = min(one.window_from for one in items)
        asked["last"] = max(one.window_to for one in items)
        return {one for (one,) in self._session.execute(_VISITS, asked)}
