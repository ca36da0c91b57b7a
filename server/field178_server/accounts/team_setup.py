"""Setting a team up: its record, its scope, and the scopes of its units."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from field178_server.accounts import roster, teams
from field178_server.accounts.teams import AccountTeam
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.stored_record import new_record
from field178_shared import schemas
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data


@dataclass(frozen=True, slots=True)
class WantedTeam:
    """A team as somebody asks for it."""

    name: str
    unit_ids: tuple[str, ...]
    level: str
    standing_agency: str


def add(session: Session, context: OperationContext, wanted: WantedTeam) -> AccountTeam:
    """Make a team with a scope of its own; raises AppError naming what cannot be."""
    if any(one.name == wanted.name for one in teams.everyone(session, context.tenant_id)):
        raise AppError(ErrorCode.BAD_REQUEST, team=wanted.name, problem="taken")
    made = AccountTeam(context.ids.random(), wanted.name, tuple(dict.fromkeys(wanted.unit_ids)))
    data: Data = {
        "name": made.name,
        "level": wanted.level,
        "unit_ids": list(made.unit_ids),
        "standing_agency": wanted.standing_agency,
        "members": {},
    }
    if problems := schemas.validate(teams.TYPE, data):
        raise AppError(ErrorCode.BAD_REQUEST, **{path: ",".join(codes) for path, codes in problems.items()})
    scopes.ensure(session, context.tenant_id, made.scopes, context.lists)
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    roster.put(batch, context, new_record(made.id, teams.TYPE, made.scope, data))
    batch.flush()
    context.note(session, AuditEntry("team_added", made.id, made.scope))
    return made
