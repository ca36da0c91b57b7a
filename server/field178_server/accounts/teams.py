"""Queries of teams, which are records in the team's own scope, read by tablets."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.tables.record import Record
from field178_shared.errors import AppError, ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.records.teams import Team


def everyone(session: Session, tenant_id: str) -> list[Team]:
    """Return all teams, sorted by id."""
    # Sorted in Python: with ORDER BY, SQLite would scan the primary key of the whole tenant.
    rows = session.scalars(
        select(Record).where(
            Record.tenant_id == tenant_id, Record.type == RecordType.TEAM, Record.deleted.is_(False)
        )
    )
    teams = (Team.from_data(row.record_id, json.loads(row.body)) for row in rows)
    return sorted(teams, key=lambda team: team.id)


def by_names(session: Session, tenant_id: str, names: Sequence[str]) -> list[Team]:
    """Return the teams of these names or ids, or raise AppError(not_found)."""
    teams = everyone(session, tenant_id)
    by_name = {key: team for team in teams for key in (team.name, team.id)}
    if missing := [name for name in names if name not in by_name]:
        raise AppError(ErrorCode.NOT_FOUND, team=missing[0])
    return list({by_name[name].id: by_name[name] for name in names}.values())
