"""The context of an office operation: tenant, clock, ids, code lists and actor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from field178_server.audit import trail
from field178_server.audit.trail import Actor, AuditEntry
from field178_shared.codelists import CodeLists
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock


@dataclass(frozen=True, slots=True)
class OperationContext:
    """Tenant, clock, ids, lists and actor of one operation."""

    tenant_id: str
    clock: Clock
    ids: IdSource
    lists: CodeLists
    actor: Actor = trail.OPERATOR

    def now(self) -> datetime:
        """Return the current instant."""
        return self.clock.now()

    def note(self, session: Session, entry: AuditEntry) -> None:
        """Write an audit entry in the transaction of the operation."""
        trail.record(
            session, trail.Stamp(self.tenant_id, self.ids.time_ordered(), self.now()), self.actor, entry
        )
