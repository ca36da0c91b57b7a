"""Units that ended, with what the register still keeps in them, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.accounts import teams as accounts
from field178_server.database.models import EstablishmentProjection, Record
from field178_server.office.entries.queries import entries_of_types
from field178_server.records.access import AccessFilter
from field178_server.records.stored_record import Stored
from field178_shared.codelists import CodeLists
from field178_shared.records.commune import COMMUNE_TYPES, DAY_OF_ENTRY, is_of_ended_unit
from field178_shared.records.reading import text_of


@dataclass(frozen=True, slots=True)
class EndedUnit:
    """A unit that ended: its entries in the register, and the units that it became, the likeliest first.

    `heir`: the one that took it over as a whole; None where it was divided, so that each entry has to be
    looked at.
    """

    unit_id: str
    entry_count: int
    successors: tuple[str, ...]
    heir: str | None


@dataclass(frozen=True, slots=True)
class TeamOfEndedUnits:
    """A team that still works in units that ended, and the units that it does not have yet in their place."""

    team_id: str
    name: str
    ended: tuple[str, ...]
    missing: tuple[str, ...]


def ended_units(
    session: Session, tenant_id: str, access: AccessFilter, lists: CodeLists, today: date
) -> tuple[EndedUnit, ...]:
    """Return the units that ended, and were followed by others, with entries that may be read."""
    counts = (
        select(EstablishmentProjection.unit_id, func.count())
        .where(EstablishmentProjection.tenant_id == tenant_id, access.covers(EstablishmentProjection.scope))
        .group_by(EstablishmentProjection.unit_id)
    )
    found = [
        EndedUnit(unit_id, count, successors_of(lists, unit_id), heir_of(lists, unit_id))
        for unit_id, count in session.execute(counts)
        if _has_ended(lists, unit_id, today)
    ]
    return tuple(sorted(found, key=lambda one: (one.heir is not None, one.unit_id)))


def teams_of_ended_units(
    session: Session, tenant_id: str, access: AccessFilter, lists: CodeLists, today: date
) -> tuple[TeamOfEndedUnits, ...]:
    """Return the teams whose tablets would lose what is moved: they lack what followed a unit of theirs."""
    found = []
    for team in accounts.everyone(session, tenant_id):
        ended = tuple(one for one in team.unit_ids if _has_ended(lists, one, today))
        after = dict.fromkeys(heir for one in ended for heir in successors_of(lists, one)[:1])
        missing = tuple(one for one in after if one not in team.unit_ids)
        if missing and team.holds_on(today) and access.holds(team.scope):
            found.append(TeamOfEndedUnits(team.id, team.name, ended, missing))
    return tuple(found)


def entries_after_end(
    session: Session, tenant_id: str, access: AccessFilter, lists: CodeLists
) -> list[Stored]:
    """Return what communes entered for days after their end, by commune and day: figures leave it out."""
    found = [
        one
        for one in entries_of_types(session, tenant_id, COMMUNE_TYPES, access.covers(Record.scope))
        if is_of_ended_unit(one.type, one.data, lists)
    ]
    return sorted(
        found, key=lambda one: (one.scope, text_of(one.data, DAY_OF_ENTRY[one.type]), one.record_id)
    )


def successors_of(lists: CodeLists, unit_id: str) -> tuple[str, ...]:
    """Return the units that a unit became or was divided among, the likeliest first."""
    steps = sorted(lists.successors(unit_id), key=lambda step: not step.is_default)
    return tuple(step.target for step in steps)


def heir_of(lists: CodeLists, unit_id: str) -> str | None:
    """Return the unit that took another one over as a whole; None where none did."""
    steps = lists.successors(unit_id)
    return steps[0].target if len(steps) == 1 and steps[0].share == 1.0 else None


def _has_ended(lists: CodeLists, unit_id: str, today: date) -> bool:
    return (
        unit_id in lists.units and not lists.unit_valid_on(unit_id, today) and bool(lists.successors(unit_id))
    )
