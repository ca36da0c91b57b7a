"""What can be exported: whose right it is, in which formats, and for which days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from field178_server.records.access import FIGURE_RIGHTS
from field178_shared.codelists import CodeLists
from field178_shared.records.commune import COMMUNE_TYPES
from field178_shared.records.returns import RETURN_TYPES
from field178_shared.records.sanctions import OFFICE_TYPES

FIGURES, REGISTER, VISITS, SESSIONS, FOLLOW_UPS = (
    "figures",
    "establishments",
    "visits",
    "sessions",
    "follow_ups",
)
CSV, XLSX, GEOJSON = "csv", "xlsx", "geojson"
_TABLES, _PLACED = (XLSX, CSV), (XLSX, CSV, GEOJSON)
_READ_VISITS = frozenset({"read_visits"})


@dataclass(frozen=True, slots=True)
class ExportKind:
    """A kind of export; `has_days`: it is narrowed to days, `has_period`: to a named period."""

    key: str
    rights: frozenset[str]
    formats: tuple[str, ...]
    has_days: bool = True
    has_period: bool = False


EXPORT_KINDS: Mapping[str, ExportKind] = MappingProxyType(
    {
        one.key: one
        for one in (
            ExportKind(FIGURES, FIGURE_RIGHTS, _PLACED, has_days=False, has_period=True),
            ExportKind(REGISTER, _READ_VISITS, _PLACED, has_days=False),
            ExportKind(VISITS, _READ_VISITS, _PLACED),
            ExportKind(SESSIONS, _READ_VISITS, _TABLES),
            ExportKind(FOLLOW_UPS, _READ_VISITS, _TABLES),
            *(ExportKind(one, _READ_VISITS, _TABLES) for one in (*sorted(OFFICE_TYPES), *COMMUNE_TYPES)),
            *(ExportKind(one, _READ_VISITS, _TABLES) for one in RETURN_TYPES),
        )
    }
)
RECORD_KINDS = frozenset({*OFFICE_TYPES, *COMMUNE_TYPES, *RETURN_TYPES})


def is_whole(arguments: Mapping[str, str]) -> bool:
    """Tell whether an export holds all records of a kind: not narrowed to days or a commune, no figures."""
    is_narrowed = any(arguments.get(name) for name in ("since", "until", "unit"))
    return arguments.get("what") != FIGURES and not is_narrowed


def kinds_of(role: str, lists: CodeLists) -> tuple[ExportKind, ...]:
    """Return the kinds that a role may export."""
    found = lists.roles.get(role)
    rights = found.rights if found is not None else frozenset[str]()
    return tuple(one for one in EXPORT_KINDS.values() if one.rights & rights)
