"""Queries of the audit trail: the last action on an object."""

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
    """Actor and time of the last action; the operator of the server has no id."""

    actor_id: str | None
    at: datetime
    names: Names


def last_action(
    session: Session, tenant_id: str, object_id: str, actions: Collection[str], since: datetime
) -> LastAction | None:
    """Return the last of these actions on an object; `since` bounds the search, for the index is by time."""
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
