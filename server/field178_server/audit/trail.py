"""The audit trail: actor, action, object and reason, written in the action's own transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.models import Audit
from field178_shared.errors import AppError, ErrorCode

MAX_REASON = 500
_COLUMNS = (
    "tenant_id",
    "audit_id",
    "at",
    "actor_kind",
    "actor_id",
    "action",
    "object_id",
    "scope",
    "details",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor by kind and id: a device, an officer, the operator at the command line, or the system."""

    kind: str
    id: str | None = None


OPERATOR = Actor("operator")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An action on an object. `details` contains only ids, codes and counts, never names or content."""

    action: str
    object_id: str | None = None
    scope: str | None = None
    details: Mapping[str, str | int | None] | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """Tenant, id and time of an audit entry; `audit_id` sorts by time."""

    tenant_id: str
    audit_id: str
    at: datetime


def record(session: Session, stamp: Stamp, actor: Actor, entry: AuditEntry) -> None:
    """Write an audit entry."""
    details = json.dumps(dict(entry.details), ensure_ascii=True, sort_keys=True) if entry.details else None
    connection = session.connection()
    row = (
        stamp.tenant_id,
        stamp.audit_id,
        bulk.stored_instant(connection, stamp.at),
        actor.kind,
        actor.id,
        entry.action,
        entry.object_id,
        entry.scope,
        details,
    )
    bulk.insert(connection, table_of(Audit), _COLUMNS, [row])


def require_reason(reason: str) -> None:
    """Raise AppError(required) for an empty reason, AppError(too_long) for a reason over the limit."""
    if not reason:
        raise AppError(ErrorCode.REQUIRED, path="reason")
    refuse_long(reason)


def refuse_long(*texts: str) -> None:
    """Raise AppError(too_long) if a text is longer than the limit of a reason."""
    if any(len(text) > MAX_REASON for text in texts):
        raise AppError(ErrorCode.TOO_LONG, limit=MAX_REASON)
