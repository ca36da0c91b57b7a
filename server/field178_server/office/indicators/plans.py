"""Plans: the planned visits that share the visits which may make them done, and so are counted together.

Those of one establishment are a plan, unless open ones may take its visits too: then all of its kind in its
commune are one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select, text
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.models import VISITS_INDEX, EstablishmentProjection, FiledRecord, PlanItemRow
from field178_server.office.indicators.links import plan_of_kind
from field178_server.office.indicators.source import listed
from field178_shared.records.reading import Data

_ITEM, _PLACE = PlanItemRow, EstablishmentProjection
_MARK = "@"
_KIND = _ITEM.establishment_type_id + " " + _ITEM.unit_id
_KIND_OF_PLACE = _PLACE.establishment_type_id + " " + _PLACE.unit_id
# From the list: with "in the list" SQLite reads the register of the tenant.
_REGISTER = (
    "SELECT entry.record_id, entry.establishment_type_id, entry.unit_id FROM {ids} AS wanted "
    "CROSS JOIN establishment_row AS entry "
    "WHERE entry.tenant_id = :tenant_id AND entry.record_id = wanted.value"
)
_IS_PLACE = and_(_PLACE.tenant_id == _ITEM.tenant_id, _PLACE.record_id == _ITEM.establishment_id)


def plan_of_place(establishment_id: str) -> str:
    """Return the plan of one establishment."""
    return _MARK + establishment_id


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
        query = select(_ITEM.establishment_id).join(_PLACE, _IS_PLACE).where(*self._of_tenant())
        found = query.where(listed(self._session, _KIND_OF_PLACE, plans)) if plans else None
        return set() if found is None else {plan_of_place(str(one)) for one in self._session.scalars(found)}

    def read(self, plans: Collection[str]) -> ItemsOfPlans:
        """Return what there is in plans; an establishment whose plan is shared has nothing in its own."""
        places = {one.removeprefix(_MARK) for one in plans if one.startswith(_MARK)}
        kinds = self.of_places(places)
        opened = list(
            self._open_items({one for one in plans if not one.startswith(_MARK)}.union(kinds.values()))
        )
        shared = {one.plan for one in opened}
        alone = {one for one in places if kinds.get(one) not in shared}
        items = [*opened, *self._closed_items(alone, shared)]
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

    def _open_items(self, plans: Collection[str]) -> Iterator[_Item]:
        if plans:
            query = select(_ITEM).where(*self._of_tenant(), _ITEM.establishment_id.is_(None))
            for row in self._session.scalars(query.where(listed(self._session, _KIND, plans))):
                kind = (str(row.establishment_type_id), str(row.unit_id))
                yield _Item(row.record_id, plan_of_kind(*kind), "", kind, row.window_from, row.window_to)

    def _closed_items(self, places: Collection[str], shared: Collection[str]) -> Iterator[_Item]:
        query = select(_ITEM, _KIND_OF_PLACE).outerjoin(_PLACE, _IS_PLACE).where(*self._of_tenant())
        of_places = listed(self._session, _ITEM.establishment_id, places)
        of_kinds = listed(self._session, _KIND_OF_PLACE, shared)
        for is_shared, condition in ((False, of_places), (True, of_kinds)):
            if not (shared if is_shared else places):
                continue
            for row, kind in self._session.execute(query.where(condition)):
                place = str(row.establishment_id)
                plan = kind if is_shared else plan_of_place(place)
                yield _Item(row.record_id, plan, place, ("", ""), row.window_from, row.window_to)

    def _of_tenant(self) -> tuple[ColumnElement[bool], ...]:
        return _ITEM.tenant_id == self._tenant_id, _ITEM.is_cancelled.is_(False)

    def _register(self, ids: Collection[str]) -> dict[str, tuple[str, str]]:
        """Return kind and commune of those of these establishments that the register has."""
        if missing := set(ids) - self._known.keys():
            connection = self._session.connection()
            query = text(_REGISTER.format(ids=database.list_source(connection, "ids")))
            asked = {"tenant_id": self._tenant_id, "ids": database.stored_list(connection, sorted(missing))}
            rows = self._session.execute(query, asked)
            self._known |= dict.fromkeys(missing) | {one: (kind, unit_id) for one, kind, unit_id in rows}
        return {one: kind for one in ids if (kind := self._known[one]) is not None}

    def _places_of(self, kind: tuple[str, str]) -> dict[str, tuple[str, str]]:
        """Return the establishments of a kind in a commune."""
        query = select(_PLACE.record_id).where(
            _PLACE.tenant_id == self._tenant_id,
            _PLACE.unit_id == kind[1],
            _PLACE.establishment_type_id == kind[0],
        )
        return dict.fromkeys(self._session.scalars(query), kind)

    def _visits(self, items: Collection[_Item], register: Mapping[str, object]) -> set[str]:
        """Return the visits to these places that a planned visit takes by its days, or that name one."""
        row = FiledRecord
        first, last = min(one.window_from for one in items), max(one.window_to for one in items)
        places = {*register, *(one.establishment_id for one in items)}
        query = (
            select(row.record_id)
            .where(
                row.tenant_id == self._tenant_id,
                listed(self._session, row.establishment_id, places),
                or_(
                    row.occurred_on.between(first, last),
                    listed(self._session, row.plan_item_id, {one.record_id for one in items}),
                ),
            )
            # By itself SQLite reads the whole index of lists.
            .with_hint(row, f"INDEXED BY {VISITS_INDEX}", "sqlite")
        )
        return set(self._session.scalars(query))
