"""Establishments of a commune that ended, with the commune that each may lie in now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from field178_server.office.establishments.queries import RegisterRow
from field178_server.office.units.borders import unit_at


@dataclass(frozen=True, slots=True)
class UnitEntryLine:
    """Establishment with its point in degrees and the unit that contains it, "" if unknown."""

    row: RegisterRow
    point: str
    suggested: str


def entry_line(row: RegisterRow, successors: Sequence[str]) -> UnitEntryLine:
    """Return an establishment with the unit, of these, that contains its point."""
    if row.lat is None or row.lon is None:
        return UnitEntryLine(row, "", "")
    lat, lon = row.lat / 1e7, row.lon / 1e7
    return UnitEntryLine(row, f"{lat:.5f}, {lon:.5f}", unit_at(lon, lat, successors) or "")
