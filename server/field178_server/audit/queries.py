"""Query of the last action on an object in the audit trail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import Audit
from field178_server.records.labels import Names, names_of


@dataclass(frozen=True, slots=True)
class LastAction:
    """Actor and time of the last action, with names; `actor_id` None: the operator or the system."""

    actor_id: str | None
    at: datetime
    names: Names


def last_action(
    session: Session, tenant_id: str, object_id: str, actions: Collection[str], since: datetime
) -> LastAction | None:
    """Return the last of these actions on an object, or None; `since` bounds the scan of the time index."""
    row = session.execute(
        select(Audit.actor_id, Audit.at)
        .where(
            Audit.tenant_id == tenant_id,
            Audit.at >= since,
            Audit.object_id == object_id,
            Audit.action.in_(sorted(actions)),
        )
        .order_by(Audit.at.desc(), Audit.audit_id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return LastAction(
        row.actor_id, row.at, names_of(session, tenant_id, [row.actor_id] if row.actor_id else [])
    )


@dataclass(frozen=True, slots=True)
class Rejection:
    """Actor, time and reason of a rejection."""

    reason: str
    user_id: str | None
    at: datetime | None
