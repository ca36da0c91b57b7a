"""Passkeys of officers and the challenges to them; a challenge serves one answer, for five minutes."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.tables.account import Officer
from field178_server.database.tables.passkey import Passkey, PasskeyChallenge
from field178_server.security import passkey_answers
from field178_server.security.passkey_answers import NewPasskey, PasskeyRefusedError, RelyingParty
from field178_shared.errors import AppError, ErrorCode

LIFE = timedelta(minutes=5)
MOST = 10
MAX_NAME = 64
_CHALLENGE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge as sent to the browser, and the officer to whom it belongs."""

    officer_id: str
    raw: bytes


def challenge(session: Session, officer: Officer, purpose: str, now: datetime) -> bytes:
    """Store a new challenge and return it; expired ones are deleted."""
    raw = secrets.token_bytes(_CHALLENGE_BYTES)
    session.execute(
        delete(PasskeyChallenge).where(
            PasskeyChallenge.tenant_id == officer.tenant_id, PasskeyChallenge.expires_at <= now
        )
    )
    session.add(
        PasskeyChallenge(
            tenant_id=officer.tenant_id,
            challenge_hash=_hash(raw),
            officer_id=officer.officer_id,
            purpose=purpose,
            expires_at=now + LIFE,
        )
    )
    session.flush()
    return raw


def take(session: Session, tenant_id: str, raw: bytes, purpose: str, now: datetime) -> str | None:
    """Delete a challenge and return its officer's id; None if it is unknown, used, expired or of another use.

    MUST be committed before the answer is checked: a second answer to it is refused whatever the first was.
    """
    row = session.get(PasskeyChallenge, (tenant_id, _hash(raw)), with_for_update=True)
    if row is None:
        return None
    session.delete(row)
    session.flush()
    return row.officer_id if row.purpose == purpose and now < row.expires_at else None


def all_of(session: Session, tenant_id: str, officer_id: str) -> list[Passkey]:
    """Return the passkeys of an officer, oldest first."""
    query = select(Passkey).where(Passkey.tenant_id == tenant_id, Passkey.officer_id == officer_id)
    return list(session.scalars(query.order_by(Passkey.passkey_id)))


def add(session: Session, context: OperationContext, officer_id: str, new: NewPasskey, name: str) -> None:
    """Store a passkey; AppError(bad_request) if it is stored already or the officer has too many."""
    officer = officers.by_login_or_id(session, context.tenant_id, officer_id)
    session.refresh(officer, with_for_update=True)
    stored = select(Passkey).where(
        Passkey.tenant_id == context.tenant_id, Passkey.credential_id == new.credential_id
    )
    if officer.passkey_count >= MOST or session.scalars(stored).first() is not None:
        raise AppError(ErrorCode.BAD_REQUEST, problem="passkey")
    passkey = Passkey(
        tenant_id=context.tenant_id,
        passkey_id=context.ids.time_ordered(),
        officer_id=officer_id,
        credential_id=new.credential_id,
        public_key=new.public_key,
        sign_count=new.sign_count,
        name=name,
        made_at=context.now(),
    )
    session.add(passkey)
    officer.passkey_count += 1
    context.note(session, AuditEntry("passkey_added", officer_id))


def rename(session: Session, context: OperationContext, officer_id: str, passkey_id: str, name: str) -> None:
    """Rename a passkey of an officer, or raise AppError(not_found)."""
    _own(session, context, officer_id, passkey_id).name = name
    context.note(session, AuditEntry("passkey_renamed", officer_id))


def remove(session: Session, context: OperationContext, officer_id: str, passkey_id: str) -> None:
    """Delete a passkey of an officer, or raise AppError(not_found)."""
    session.delete(_own(session, context, officer_id, passkey_id))
    officers.by_login_or_id(session, context.tenant_id, officer_id).passkey_count -= 1
    context.note(session, AuditEntry("passkey_removed", officer_id))


def remove_all(session: Session, officer: Officer) -> None:
    """Delete all passkeys of an officer."""
    own = Passkey.tenant_id == officer.tenant_id, Passkey.officer_id == officer.officer_id
    session.execute(delete(Passkey).where(*own))
    officer.passkey_count = 0


def use(
    session: Session, tenant_id: str, party: RelyingParty, challenge_: Challenge, answer: str, now: datetime
) -> None:
    """Check an answer by one of the officer's passkeys and store its counter; raise PasskeyRefusedError."""
    query = select(Passkey).where(
        Passkey.tenant_id == tenant_id,
        Passkey.officer_id == challenge_.officer_id,
        Passkey.credential_id == passkey_answers.credential_id_of(answer),
    )
    passkey = session.scalars(query.with_for_update()).one_or_none()
    if passkey is None:
        raise PasskeyRefusedError
    stored = NewPasskey(passkey.credential_id, passkey.public_key, passkey.sign_count)
    passkey.sign_count = passkey_answers.check_answer(party, challenge_.raw, answer, stored)
    passkey.last_used_at = now


def _own(session: Session, context: OperationContext, officer_id: str, passkey_id: str) -> Passkey:
    passkey = session.get(Passkey, (context.tenant_id, passkey_id))
    if passkey is None or passkey.officer_id != officer_id:
        raise AppError(ErrorCode.NOT_FOUND, passkey=passkey_id)
    return passkey


def _hash(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
