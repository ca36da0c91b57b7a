"""Administrative units: versions with validity, successors, and areas that outlive reforms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import ListFileRow
from field178_shared.codelists.validity import Dated

# Kinds of units without units below them.
COMMUNE_KINDS = frozenset({"commune", "ward", "town", "special_zone"})
# Kinds of units right above communes, until 30 June 2025.
DISTRICT_KINDS = frozenset({"district", "urban_district"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitType(Labelled):
    """A kind of administrative unit (commune, ward, district ...)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit(Labelled):
    """One VERSION of an administrative unit; the id is the key, a statistics code is re-used over time."""

    gso_code: str
    type: str
    parent: str | None
    lat: float | None
    lon: float | None
    bbox: tuple[float, ...]
    population_2019: int | None
    area_km2: float | None
    remark: str | None


@dataclass(frozen=True, slots=True)
class Lineage(Dated):
    """Step of a reform: the old unit joins the new unit, whole (share 1) or in an unknown part."""

    source: str = field(metadata={"key": "from"})
    target: str = field(metadata={"key": "to"})
    kind: str
    share: float | None
    is_default: bool
    valid_from: date | None = None
    valid_to: date | None = None

    @classmethod
    def read(cls, row: ListFileRow) -> Self:
        """Read a step of a reform; a whole merge is always the default successor."""
        kind, is_default = row.text("kind"), row.flag("default")
        return row.build(cls, kind=kind, is_default=is_default or kind == "merge")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitGroup(Labelled):
    """An area defined by its member units, for work that continues across administrative reforms."""

    members: tuple[str, ...]
    remark: str | None


def units_below(units: Mapping[str, Unit], unit_id: str) -> tuple[Unit, ...]:
    """Return the unit and every version below it, at any depth."""
    children: dict[str | None, list[Unit]] = {}
    for unit in units.values():
        children.setdefault(unit.parent, []).append(unit)
    ancestors: list[Unit] = []
    todo = [units[unit_id]] if unit_id in units else []
    while todo:
        unit = todo.pop(0)
        ancestors.append(unit)
        todo.extend(children.get(unit.id, ()))
    return tuple(ancestors)
