"""Queries of ended units: their establishments in the register, and their successors."""

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
    """An ended unit: the number of its establishments in the register, and its successors, likeliest first.

    `heir`: the only successor; None if the unit was divided, so that each establishment needs a decision.
    """

    unit_id: str
    entry_count: int
    successors: tuple[str, ...]
    heir: str | None


@dataclass(frozen=True, slots=True)
class TeamOfEndedUnits:
    """A team with ended units. `missing`: successors of these units that the team does not have."""

    team_id: str
    name: str
    ended: tuple[str, ...]
    missing: tuple[str, ...]


def ended_units(
    session: Session, tenant_id: str, access: AccessFilter, lists: CodeLists, today: date
) -> tuple[EndedUnit, ...]:
    """Return the ended units with successors that have visible establishments."""
    counts = (
        select(EstablishmentProjection.unit_id, func.count())
        .where(EstablishmentProjection.tenant_id == tenant_id, access.covers(EstablishmentProjection.scope))
        .group_by(EstablishmentProjection.unit_id)
    )
    units = [
        EndedUnit(unit_id, count, successors_of(lists, unit_id), heir_of(lists, unit_id))
        for unit_id, count in session.execute(counts)
        if _has_ended(lists, unit_id, today)
    ]
    return tuple(sorted(units, key=lambda unit: (unit.heir is not None, unit.unit_id)))


def teams_of_ended_units(
    session: Session, tenant_id: str, access: AccessFilter, lists: CodeLists, today: date
) -> tuple[TeamOfEndedUnits, ...]:
    """Return the teams whose tablets would lose moved establishments, because they lack a successor unit."""
    affected = []
    for team in accounts.everyone(session, tenant_id):
        ended = tuple(unit_id for unit_id in team.unit_ids if _has_ended(lists, unit_id, today))
        after = dict.fromkeys(heir for unit_id in ended for heir in successors_of(lists, unit_id)[:1])
        missing = tuple(unit_id for unit_id in after if unit_id not in team.unit_ids)
        if missing and team.holds_on(today) and access.holds(team.scope):
            affected.append(TeamOfEndedUnits(team.id, team.name, ended, missing))
    return tuple(affected)


def entries_after_end(
    session: Session, tenant_id: str, access: AccessFilter, lists: CodeLists
) -> list[Stored]:
    """Return the commune entries for days after the commune's end, which figures leave out."""
    entries = [
        entry
        for entry in entries_of_types(session, tenant_id, COMMUNE_TYPES, access.covers(Record.scope))
        if is_of_ended_unit(entry.type, entry.data, lists)
    ]
    return sorted(
        entries,
        key=lambda entry: (entry.scope, text_of(entry.data, DAY_OF_ENTRY[entry.type]), entry.record_id),
    )


def successors_of(lists: CodeLists, unit_id: str) -> tuple[str, ...]:
    """Return the successors of a unit, likeliest first."""
    steps = sorted(lists.successors(unit_id), key=lambda step: not step.is_default)
    return tuple(step.target for step in steps)


def heir_of(lists: CodeLists, unit_id: str) -> str | None:
    """Return the only successor of a unit; None if there is none or the unit was divided."""
    steps = lists.successors(unit_id)
    return steps[0].target if len(steps) == 1 and steps[0].share == 1.0 else None


def _has_ended(lists: CodeLists, unit_id: str, today: date) -> bool:
    return (
        unit_id in lists.units and not lists.unit_valid_on(unit_id, today) and bool(lists.successors(unit_id))
    )
