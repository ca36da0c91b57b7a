"""Teams as records in the team's own scope, which tablets read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import Record
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.teams import TEAM, Team


def everyone(session: Session, tenant_id: str) -> list[Team]:
    """Return all teams by id."""
    # Sorted here: asked for the order, SQLite walks the key of the whole tenant and looks at every record.
    rows = session.scalars(
        select(Record).where(Record.tenant_id == tenant_id, Record.type == TEAM, Record.deleted.is_(False))
    )
    found = (Team.from_data(row.record_id, json.loads(row.body)) for row in rows)
    return sorted(found, key=lambda team: team.id)


def by_names(session: Session, tenant_id: str, names: Sequence[str]) -> list[Team]:
    """Return the teams of these names or ids, or raise AppError(not_found)."""
    known = everyone(session, tenant_id)
    found = {key: team for team in known for key in (team.name, team.id)}
    if missing := [name for name in names if name not in found]:
        raise AppError(ErrorCode.NOT_FOUND, team=missing[0])
    return list({found[name].id: found[name] for name in names}.values())
