"""Plans: planned visits that are counted together because the same visits may fulfil them.

The planned visits of one establishment are a plan. If open planned visits exist for its kind and commune, all
planned visits of that kind and commune are one plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.fast import bulk
from field178_server.database.fast.prepared import Prepared
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
_OPEN_OR_AT = Prepared(
    _ITEMS.where(
        *_OF_TENANT,
        or_(
            and_(_ITEM.establishment_id.is_(None), database.among(_KIND, bindparam("plans"))),
            database.among(_ITEM.establishment_id, bindparam("places")),
        ),
    )
)
_AT_KINDS = Prepared(
    _ITEMS.add_columns(_KIND_OF_PLACE)
    .join(_PLACE, and_(_PLACE.tenant_id == _ITEM.tenant_id, _PLACE.record_id == _ITEM.establishment_id))
    .where(*_OF_TENANT, database.among(_KIND_OF_PLACE, bindparam("plans")))
)
_PLACES = Prepared(
    select(_PLACE.record_id).where(
        _PLACE.tenant_id == TENANT,
        _PLACE.unit_id == bindparam("unit_id"),
        _PLACE.establishment_type_id == bindparam("type_id"),
    )
)
_VISITS = Prepared(
    by_establishment(
        select(FiledRecord.record_id).where(
            FiledRecord.tenant_id == TENANT,
            database.among(FiledRecord.establishment_id, bindparam("places")),
            or_(
                FiledRecord.occurred_on.between(bindparam("first"), bindparam("last")),
                database.among(FiledRecord.plan_item_id, bindparam("items")),
            ),
        )
    )
)


def plan_of_place(establishment_id: str) -> str:
    """Return the id of the plan of one establishment."""
    return _MARK + establishment_id


def plans_ending_in(session: Session, tenant_id: str, period: Period) -> set[str]:
    """Return the ids of plans with a planned visit whose window ends in a period."""
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
    """A planned visit with its plan; an open planned visit has no establishment but a kind and commune."""

    record_id: str
    plan: str
    establishment_id: str
    kind: tuple[str, str]
    window_from: date
    window_to: date


@dataclass(slots=True)
class ItemsOfPlans:
    """Planned visits of some plans, visits that may fulfil them, and register data of the establishments.

    `plans`: planned visit id to plan id. `visits`: visit ids. `register`: establishment id to data.
    """

    plans: dict[str, str] = field(default_factory=dict)
    visits: set[str] = field(default_factory=set)
    register: dict[str, Data] = field(default_factory=dict)


class Plans:
    """Reader of the plans of a tenant."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._kinds: dict[str, tuple[str, str] | None] = {}

    def of_places(self, ids: Collection[str]) -> dict[str, str]:
        """Return the plan id of the kind and commune of each establishment that is in the register."""
        return {
            establishment_id: plan_of_kind(*kind) for establishment_id, kind in self._register(ids).items()
        }

    def establishment_plans(self, plans: Collection[str]) -> set[str]:
        """Return the ids of establishment plans that these plans include, or included before."""
        return {plan_of_place(item.establishment_id) for item in self._at_kinds(plans)}

    def read(self, plans: Collection[str]) -> ItemsOfPlans:
        """Return the planned visits and visits of plans; empty for an establishment within a shared plan."""
        places = {plan.removeprefix(_MARK) for plan in plans if plan.startswith(_MARK)}
        kinds = self.of_places(places)
        of_kinds = {plan for plan in plans if not plan.startswith(_MARK)}.union(kinds.values())
        opened, closed = self._open_and_at(of_kinds, places)
        shared = {item.plan for item in opened}
        alone = (item for item in closed if kinds.get(item.establishment_id) not in shared)
        items = [*opened, *alone, *self._at_kinds(shared)]
        if not items:
            return ItemsOfPlans()
        register = self._register({item.establishment_id for item in items})
        for kind in {item.kind for item in opened}:
            register |= self._places_of(kind)
        return ItemsOfPlans(
            {item.record_id: item.plan for item in items},
            self._visits(items, register),
            {
                establishment_id: {"establishment_type_id": type_id, "unit_id": unit_id}
                for establishment_id, (type_id, unit_id) in register.items()
            },
        )

    def _open_and_at(
        self, plans: Collection[str], places: Collection[str]
    ) -> tuple[list[_Item], list[_Item]]:
        """Return the open planned visits of kinds and communes, and those of single establishments."""
        opened, closed = list[_Item](), list[_Item]()
        if plans or places:
            rows = _OPEN_OR_AT.rows(self._session, self._parameters(plans=plans, places=places))
            for record_id, place, type_id, unit_id, *window in rows:
                if place is None:
                    kind = (str(type_id), str(unit_id))
                    opened.append(_Item(record_id, plan_of_kind(*kind), "", kind, *window))
                else:
                    closed.append(_Item(record_id, plan_of_place(place), place, ("", ""), *window))
        return opened, closed

    def _at_kinds(self, plans: Collection[str]) -> Iterator[_Item]:
        if plans:
            rows = _AT_KINDS.rows(self._session, self._parameters(plans=plans))
            for record_id, place, _, _, *window, plan in rows:
                yield _Item(record_id, plan, str(place), ("", ""), *window)

    def _parameters(self, **lists: Collection[str]) -> dict[str, object]:
        return {"tenant_id": self._tenant_id} | {name: sorted(values) for name, values in lists.items()}

    def _register(self, ids: Collection[str]) -> dict[str, tuple[str, str]]:
        """Return kind and commune of each establishment that is in the register."""
        if missing := set(ids) - self._kinds.keys():
            kinds = kinds_and_communes(self._session, self._tenant_id, missing)
            self._kinds |= dict.fromkeys(missing) | kinds
        return {
            establishment_id: kind
            for establishment_id in ids
            if (kind := self._kinds[establishment_id]) is not None
        }

    def _places_of(self, kind: tuple[str, str]) -> dict[str, tuple[str, str]]:
        """Return the establishments of a kind in a commune, each with the kind and commune."""
        values = {"tenant_id": self._tenant_id, "type_id": kind[0], "unit_id": kind[1]}
        return {establishment_id: kind for (establishment_id,) in _PLACES.rows(self._session, values)}

    def _visits(self, items: Collection[_Item], register: Mapping[str, object]) -> set[str]:
        """Return the ids of visits to the places within the windows, or with a link to a planned visit."""
        places = {*register, *(item.establishment_id for item in items)}
        values = self._parameters(places=places, items={item.record_id for item in items})
        connection = self._session.connection()
        values["first"] = bulk.stored_date(connection, min(item.window_from for item in items))
        values["last"] = bulk.stored_date(connection, max(item.window_to for item in items))
        return {visit_id for (visit_id,) in _VISITS.rows(self._session, values)}
