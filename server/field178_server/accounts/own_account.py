"""Operations of an officer on their own account; the requesting browser stays signed in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from field178_server.accounts import officers, sessions
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry


def set_password(
    session: Session, context: OperationContext, officer_id: str, password_hash: str, token: str
) -> None:
    """Replace the officer's own password; sessions of other browsers end, bindings to tablets remain."""
    officers.by_login_or_id(session, context.tenant_id, officer_id).password_hash = password_hash
    sessions.close_others(session, context.tenant_id, officer_id, token)
    context.note(session, AuditEntry("own_password_set", officer_id))


def set_mail(
    session: Session,
    context: OperationContext,
    officer_id: str,
    address: str | None,
    topics: Sequence[str] | None,
) -> None:
    """Set the officer's e-mail address (None removes it) and mail topics (None: role default)."""
    officer = officers.by_login_or_id(session, context.tenant_id, officer_id)
    officer.email = address
    if topics is not None:
        officer.mail_topics = " ".join(sorted(topics))
    context.note(session, AuditEntry("own_mail_set", officer_id))


def begin_codes(
    session: Session, context: OperationContext, officer_id: str, sealed_secret: str, step: int, token: str
) -> None:
    """Require one-time codes from the next sign-in; the time step of the confirming code is used.

    `sealed_secret`: as `one_time_codes.sealed` makes it.
    """
    officer = officers.by_login_or_id(session, context.tenant_id, officer_id)
    officer.totp_secret, officer.totp_step = sealed_secret, step
    sessions.close_others(session, context.tenant_id, officer_id, token)
    context.note(session, AuditEntry("totp_set", officer_id))


def end_codes(session: Session, context: OperationContext, officer_id: str) -> None:
    """Stop requiring one-time codes."""
    officers.by_login_or_id(session, context.tenant_id, officer_id).totp_secret = None
    context.note(session, AuditEntry("totp_dropped", officer_id))


def end_other_sessions(session: Session, context: OperationContext, officer_id: str, token: str) -> None:
    """End all sessions of the officer except the session of a token."""
    sessions.close_others(session, context.tenant_id, officer_id, token)
    context.note(session, AuditEntry("sessions_ended", officer_id))
