"""Kinds of exports with their rights, formats and filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    """A kind of export; `has_days`: it can be filtered by days, `has_period`: by a named period."""

    key: str
    rights: frozenset[str]
    formats: tuple[str, ...]
    has_days: bool = True
    has_period: bool = False


EXPORT_KINDS: Mapping[str, ExportKind] = {
    kind.key: kind
    for kind in (
        ExportKind(FIGURES, FIGURE_RIGHTS, _PLACED, has_days=False, has_period=True),
        ExportKind(REGISTER, _READ_VISITS, _PLACED, has_days=False),
        ExportKind(VISITS, _READ_VISITS, _PLACED),
        ExportKind(SESSIONS, _READ_VISITS, _TABLES),
        ExportKind(FOLLOW_UPS, _READ_VISITS, _TABLES),
        *(
            ExportKind(record_type, _READ_VISITS, _TABLES)
            for record_type in (*sorted(OFFICE_TYPES), *COMMUNE_TYPES)
        ),
        *(ExportKind(record_type, _READ_VISITS, _TABLES) for record_type in RETURN_TYPES),
    )
}
RECORD_KINDS = frozenset({*OFFICE_TYPES, *COMMUNE_TYPES, *RETURN_TYPES})


def is_whole(arguments: Mapping[str, str]) -> bool:
    """Return whether an export contains all records of a kind: no figures, no filter by days or commune."""
    is_narrowed = any(arguments.get(name) for name in ("since", "until", "unit"))
    return arguments.get("what") != FIGURES and not is_narrowed


def kinds_of(role: str, lists: CodeLists) -> tuple[ExportKind, ...]:
    """Return the kinds that a role may export."""
    role_definition = lists.roles.get(role)
    rights = role_definition.rights if role_definition is not None else frozenset[str]()
    return tuple(kind for kind in EXPORT_KINDS.values() if kind.rights & rights)
