"""Browser sessions of the console: stored in the database; they end after 30 idle minutes or 12 hours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from field178_server.database.models import ConsoleSession, Officer, OfficerScope
from field178_server.database.tables.passkey import PasskeyChallenge

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
CONFIRMED = timedelta(minutes=10)
MOST_AT_ONCE = 3
_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A valid browser session with its officer and the officer's scopes."""

    officer: Officer
    row: ConsoleSession
    scopes: frozenset[str]

    def is_confirmed(self, now: datetime) -> bool:
        """Return whether the officer confirmed the password in the last ten minutes."""
        return self.row.confirmed_until is not None and now < self.row.confirmed_until


def hash_token(token: str) -> str:
    """Return the stored form of a session token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def open_session(session: Session, officer: Officer, token: str, now: datetime) -> None:
    """Open a session with a new token; the officer's oldest sessions beyond three end."""
    tenant_id, officer_id = officer.tenant_id, officer.officer_id
    mine = (ConsoleSession.tenant_id == tenant_id, ConsoleSession.officer_id == officer_id)
    session.execute(delete(ConsoleSession).where(*mine, ConsoleSession.expires_at <= now))
    live = session.scalars(
        select(ConsoleSession)
        .where(*mine)
        .order_by(ConsoleSession.last_seen_at.desc(), ConsoleSession.token_hash)
    ).all()
    for row in live[MOST_AT_ONCE - 1 :]:
        session.delete(row)
    session.add(
        ConsoleSession(
            tenant_id=tenant_id,
            token_hash=hash_token(token),
            officer_id=officer_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE,
        )
    )
    session.flush()


def end_all(session: Session, tenant_id: str) -> None:
    """Delete the browser sessions of all officers."""
    session.execute(delete(ConsoleSession).where(ConsoleSession.tenant_id == tenant_id))


def find(session: Session, tenant_id: str, token: str, now: datetime) -> BrowserSession | None:
    """Return the valid session of a token; None if it is idle, expired, closed or the officer is disabled."""
    rows = session.execute(
        select(ConsoleSession, Officer, OfficerScope.scope)
        .join(Officer, _is_of(Officer))
        .outerjoin(OfficerScope, _is_of(OfficerScope))
        .where(ConsoleSession.tenant_id == tenant_id, ConsoleSession.token_hash == hash_token(token))
    ).all()
    if not rows:
        return None
    row, officer, _ = rows[0]
    if now >= row.expires_at or now - row.last_seen_at >= IDLE or officer.disabled_at is not None:
        return None
    return BrowserSession(officer, row, frozenset(scope for _, _, scope in rows if scope is not None))


def _is_of(model: type[Officer | OfficerScope]) -> ColumnElement[bool]:
    return and_(model.tenant_id == ConsoleSession.tenant_id, model.officer_id == ConsoleSession.officer_id)


def left_s(row: ConsoleSession, used_at: datetime, now: datetime) -> tuple[int, int]:
    """Return the seconds until a session ends by idleness, and until it ends in any case."""
    idle_end = min(used_at + IDLE, row.expires_at)
    return int((idle_end - now).total_seconds()), int((row.expires_at - now).total_seconds())


def needs_touch(row: ConsoleSession, now: datetime) -> bool:
    """Return whether the time of the last request is old enough to be updated."""
    return now - row.last_seen_at >= _TOUCH_EVERY


def touch(session: Session, tenant_id: str, token: str, now: datetime) -> None:
    """Update the time of the last request of a session."""
    if (row := session.get(ConsoleSession, (tenant_id, hash_token(token)))) is not None:
        row.last_seen_at = now


def confirm(session: Session, tenant_id: str, token: str, now: datetime) -> None:
    """Confirm a session for ten minutes, after the password was typed again."""
    if (row := session.get(ConsoleSession, (tenant_id, hash_token(token)))) is not None:
        row.confirmed_until = now + CONFIRMED


def living(session: Session, tenant_id: str, officer_id: str, now: datetime) -> list[ConsoleSession]:
    """Return the officer's valid sessions, the last used first."""
    rows = session.scalars(
        select(ConsoleSession)
        .where(
            ConsoleSession.tenant_id == tenant_id,
            ConsoleSession.officer_id == officer_id,
            ConsoleSession.expires_at > now,
            ConsoleSession.last_seen_at > now - IDLE,
        )
        .order_by(ConsoleSession.last_seen_at.desc(), ConsoleSession.token_hash)
    )
    return list(rows)


def close_others(session: Session, tenant_id: str, officer_id: str, token: str) -> None:
    """End all sessions of an officer except the session of a token, and sign-ins that wait for a passkey."""
    session.execute(
        delete(PasskeyChallenge).where(
            PasskeyChallenge.tenant_id == tenant_id, PasskeyChallenge.officer_id == officer_id
        )
    )
    session.execute(
        delete(ConsoleSession).where(
            ConsoleSession.tenant_id == tenant_id,
            ConsoleSession.officer_id == officer_id,
            ConsoleSession.token_hash != hash_token(token),
        )
    )


def close(session: Session, tenant_id: str, token: str) -> None:
    """End the session of a token."""
    session.execute(
        delete(ConsoleSession).where(
            ConsoleSession.tenant_id == tenant_id, ConsoleSession.token_hash == hash_token(token)
        )
    )
