"""Audit entries of refused tries: sign-in, confirmation, passkey, page without the right, form, decision.

The trail has the first, second, fourth, eighth … refusal of one kind and one officer within ten minutes, each
with their number: a flood writes few rows. Logins that do not exist are counted together and never stored.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from field178_server.accounts.rate_limit import WINDOW, RateLimit, forget_old
from field178_server.audit import trail
from field178_server.audit.trail import Actor, AuditEntry, Stamp
from field178_server.database.tables.account import AttemptCount


def note_refusal(session: Session, stamp: Stamp, actor: Actor, action: str, page: str | None = None) -> None:
    """Count a refusal, and write an audit entry if its number is a power of two.

    `page`: the refused page or form, by its endpoint.
    """
    count = _counted(session, stamp.tenant_id, f"{action}|{actor.id or ''}", stamp.at)
    if count & (count - 1):
        return
    details: dict[str, str | int | None] = {"page": page} if page else {}
    details |= {"count": count} if count > 1 else {}
    trail.record(session, stamp, actor, AuditEntry(action, details=details or None))


def is_noted(session: Session, tenant_id: str, actor: Actor, action: str, now: datetime) -> bool:
    """Return whether a refusal of this kind and officer was counted in the last ten minutes."""
    row = session.get(AttemptCount, (tenant_id, _key(f"{action}|{actor.id or ''}")))
    return row is not None and now - row.since < WINDOW


def _counted(session: Session, tenant_id: str, subject: str, now: datetime) -> int:
    row = session.get(AttemptCount, (tenant_id, _key(subject)), with_for_update=True)
    if row is None:
        forget_old(session, tenant_id, now)
        row = AttemptCount(tenant_id=tenant_id, key=_key(subject), failures=0, since=now)
        session.add(row)
    elif now - row.since >= WINDOW:
        row.failures, row.since = 0, now
    row.failures += 1
    session.flush()
    return row.failures


def _key(subject: str) -> str:
    return RateLimit("refused", subject, 0).key
