"""Teams as records in the team's own scope, which tablets read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import Record
from field178_shared.errors import AppError, ErrorCode

TYPE = "team"


@dataclass(frozen=True, slots=True)
class AccountTeam:
    """A team and the units it is responsible for."""

    id: str
    name: str
    unit_ids: tuple[str, ...]

    @property
    def scope(self) -> str:
        """The scope of the team's own records."""
        return f"team:{self.id}"

    @property
    def scopes(self) -> tuple[str, ...]:
        """The team's scope and those of its units."""
        return (self.scope, *(f"unit:{unit}" for unit in self.unit_ids))


def everyone(session: Session, tenant_id: str) -> list[AccountTeam]:
    """Return all teams by id."""
    # Sorted here: asked for the order, SQLite walks the key of the whole tenant and looks at every record.
    rows = session.scalars(
        select(Record).where(Record.tenant_id == tenant_id, Record.type == TYPE, Record.deleted.is_(False))
    )
    return sorted(map(_team, rows), key=lambda team: team.id)


def by_names(session: Session, tenant_id: str, names: Sequence[str]) -> list[AccountTeam]:
    """Return the teams of these names or ids, or raise AppError(not_found)."""
    known = everyone(session, tenant_id)
    found = {key: team for team in known for key in (team.name, team.id)}
    if missing := [name for name in names if name not in found]:
        raise AppError(ErrorCode.NOT_FOUND, team=missing[0])
    return list({found[name].id: found[name] for name in names}.values())


def _team(row: Record) -> AccountTeam:
    data = json.loads(row.body)
    return AccountTeam(row.record_id, str(data.get("name", "")), tuple(data.get("unit_ids") or ()))
