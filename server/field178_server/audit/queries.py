"""Queries of audit entries: the last action on an object, and the entries that readers may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from field178_server.database.models import Audit, PlanItemRow, SealedVisit
from field178_server.records.labels import Names, names_of
from field178_shared.records.plan import UNANNOUNCED


def is_shown(today: date) -> ColumnElement[bool]:
    """Return the condition of the entries that readers see: not those about unannounced visits still to come.

    These are shown when the window of the visit is over. The number of entries would disclose that a visit is
    planned, so every count needs the condition as well.
    """
    sealed = (SealedVisit.tenant_id == Audit.tenant_id) & (SealedVisit.item_id == Audit.object_id)
    item = PlanItemRow
    begun = (item.tenant_id == Audit.tenant_id) & (item.record_id == Audit.object_id)
    begun &= (item.kind == UNANNOUNCED) & (item.window_to >= today)
    return ~select(SealedVisit.item_id).where(sealed).exists() & ~select(item.record_id).where(begun).exists()


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
