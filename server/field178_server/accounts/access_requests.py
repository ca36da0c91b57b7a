"""Access requests: passwords, accounts and rights that wait for a second person (decision 0149)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.tables.access import (
    ACCOUNT,
    ALONE,
    CONFIRMED,
    MEMBERSHIP,
    PASSWORD,
    WITHDRAWN,
    AccessRequest,
)

# Kinds of requests whose officer chooses a password by a link.
WITH_PASSWORD = (PASSWORD, ACCOUNT)
_CODES = 10**6


def ask(
    session: Session, context: OperationContext, officer_id: str, kind: str, details: str = "{}"
) -> AccessRequest:
    """Store a request; an open request of the same kind for the officer is withdrawn."""
    withdraw_open(session, context, officer_id, (kind,))
    request = AccessRequest(
        tenant_id=context.tenant_id,
        request_id=context.ids.time_ordered(),
        officer_id=officer_id,
        kind=kind,
        details=details,
        asked_by=context.actor.id,
        asked_at=context.now(),
    )
    session.add(request)
    session.flush()
    context.note(session, AuditEntry("access_requested", officer_id, details={"kind": kind}))
    return request


def decide(
    session: Session,
    context: OperationContext,
    request: AccessRequest,
    outcome: str,
    reason: str | None = None,
) -> None:
    """Store the decision on a request; its password is deleted from it."""
    request.decided_by, request.decided_at = context.actor.id, context.now()
    request.outcome, request.reason, request.password_hash = outcome, reason, None
    session.flush()
    context.note(session, AuditEntry(f"access_{outcome}", request.officer_id, details={"kind": request.kind}))


def withdraw_open(
    session: Session, context: OperationContext, officer_id: str, kinds: Collection[str]
) -> None:
    """Withdraw the open requests of these kinds for an officer."""
    for request in open_of(session, context.tenant_id, officer_id):
        if request.kind in kinds:
            decide(session, context, request, WITHDRAWN)


def withdraw_asked_by(session: Session, context: OperationContext, asker_id: str) -> None:
    """Withdraw the open requests that an officer asked for: the account is closed, or its role is another."""
    query = select(AccessRequest).where(
        AccessRequest.tenant_id == context.tenant_id,
        AccessRequest.asked_by == asker_id,
        AccessRequest.decided_at.is_(None),
    )
    for request in session.scalars(query).all():
        decide(session, context, request, WITHDRAWN)


def open_of(session: Session, tenant_id: str, officer_id: str) -> list[AccessRequest]:
    """Return the open requests for an officer, oldest first."""
    query = select(AccessRequest).where(
        AccessRequest.tenant_id == tenant_id,
        AccessRequest.officer_id == officer_id,
        AccessRequest.decided_at.is_(None),
    )
    return list(session.scalars(query.order_by(AccessRequest.request_id)))


def officers_waiting(session: Session, tenant_id: str) -> frozenset[str]:
    """Return the ids of officers whose closed account waits to be opened."""
    query = select(AccessRequest.officer_id).where(
        AccessRequest.tenant_id == tenant_id,
        AccessRequest.kind == ACCOUNT,
        AccessRequest.decided_at.is_(None),
    )
    return frozenset(session.scalars(query))


def in_force_alone(session: Session, tenant_id: str) -> frozenset[str]:
    """Return the ids of officers whose password or rights an administrator put into effect alone.

    Until a second person, or the operator of the server, decides a later request: about a password, if it was
    one; its acceptance by the officer proves nothing, as the administrator may know the password.
    """
    query = select(AccessRequest).where(
        AccessRequest.tenant_id == tenant_id,
        AccessRequest.outcome.in_((ALONE, CONFIRMED)),
        AccessRequest.kind != MEMBERSHIP,
    )
    passwords: set[str] = set()
    rights: set[str] = set()
    for request in session.scalars(query.order_by(AccessRequest.decided_at, AccessRequest.request_id)):
        is_password = request.kind in WITH_PASSWORD
        if request.outcome == ALONE and request.decided_by is not None:
            (passwords if is_password else rights).add(request.officer_id)
        else:
            rights.discard(request.officer_id)
            if is_password:
                passwords.discard(request.officer_id)
    return frozenset(passwords | rights)


def latest_with_password(session: Session, tenant_id: str, officer_id: str) -> AccessRequest | None:
    """Return the latest request, decided or not, for which the officer chooses a password."""
    query = select(AccessRequest).where(
        AccessRequest.tenant_id == tenant_id,
        AccessRequest.officer_id == officer_id,
        AccessRequest.kind.in_(WITH_PASSWORD),
    )
    return session.scalars(query.order_by(AccessRequest.request_id.desc()).limit(1)).first()


def check_code(key: bytes, request: AccessRequest) -> str:
    """Return the six digits that the officer reads out to the person who confirms the request.

    They depend on the chosen password: who chose another one by the link has other digits.
    """
    text = f"field178-check-code-v1|{request.tenant_id}|{request.request_id}|{request.password_hash}"
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % _CODES:06d}"
