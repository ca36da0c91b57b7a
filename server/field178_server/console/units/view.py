"""Communes that ended, the entries in them and the teams concerned, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import url_for

from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer
from field178_server.office.establishments.queries import RegisterRow
from field178_server.office.units.borders import unit_at
from field178_server.office.units.queries import EndedUnit, TeamOfEndedUnits
from field178_server.records.stored_record import Stored
from field178_shared.records.commune import DAY_OF_ENTRY
from field178_shared.records.reading import day_of, text_of


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A commune that ended; `heir` is empty where it was divided."""

    unit_id: str
    name: str
    last_day: str
    ended_on: str
    count: str
    became: str
    heir: str
    register_href: str


@dataclass(frozen=True, slots=True)
class LateEntryLine:
    """What a commune entered for a day after its end."""

    unit: str
    kind: str
    day: str
    href: str


def late_entry_line(entry: Stored, localizer: Localizer) -> LateEntryLine:
    """Return an entry that figures leave out, with its page, on which it is withdrawn."""
    day = day_of(entry.data, DAY_OF_ENTRY[entry.type])
    return LateEntryLine(
        localizer.label(localizer.lists.units, text_of(entry.data, "unit_id")),
        type_name(entry.type, localizer),
        localizer.day(day) if day else str(entry.data.get("year", "")),
        url_for("console.commune.detail", record_id=entry.record_id),
    )


@dataclass(frozen=True, slots=True)
class UnitEntryLine:
    """An entry of such a commune; `suggested` is the unit that its point lies in, "" where none is known."""

    record_id: str
    name: str
    place: str
    href: str
    point: str
    suggested: str


@dataclass(frozen=True, slots=True)
class UnitTeamLine:
    """A team that lacks the communes that followed its own."""

    name: str
    href: str
    missing: str


def unit_line(one: EndedUnit, localizer: Localizer) -> UnitLine:
    """Return a commune in words."""
    units = localizer.lists.units
    end = units[one.unit_id].valid_to
    return UnitLine(
        one.unit_id,
        localizer.label(units, one.unit_id),
        localizer.day(end - timedelta(days=1)) if end else "",
        localizer.day(end) if end else "",
        localizer.number(one.entry_count),
        ", ".join(localizer.label(units, unit) for unit in one.successors),
        localizer.label(units, one.heir) if one.heir else "",
        url_for("console.establishments.index", unit=one.unit_id),
    )


def entry_line(row: RegisterRow, successors: Sequence[str], localizer: Localizer) -> UnitEntryLine:
    """Return an entry in words, with the one of these units that its point lies in."""
    kind = localizer.label(localizer.lists.types, row.establishment_type_id)
    point, suggested = "", None
    if row.lat is not None and row.lon is not None:
        lat, lon = row.lat / 1e7, row.lon / 1e7
        point, suggested = f"{lat:.5f}, {lon:.5f}", unit_at(lon, lat, successors)
    href = url_for("console.establishments.detail", record_id=row.record_id)
    return UnitEntryLine(row.record_id, row.name, f"{kind} · {row.address}", href, point, suggested or "")


def team_line(team: TeamOfEndedUnits, localizer: Localizer) -> UnitTeamLine:
    """Return a team in words."""
    missing = ", ".join(localizer.label(localizer.lists.units, unit) for unit in team.missing)
    return UnitTeamLine(team.name, url_for("console.teams.detail", team_id=team.team_id), missing)
