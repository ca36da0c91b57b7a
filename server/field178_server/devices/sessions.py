"""Sessions of tablets: fifteen minutes for a nonce signed by the device's key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from field178_server.database.engine import changed_rows
from field178_server.database.models import Challenge, Device, DeviceSession
from field178_server.database.prepared import Prepared
from field178_shared.crypto.signatures import is_signed
from field178_shared.errors import AppError, ErrorCode

SESSION_LIFE = timedelta(minutes=15)
NONCE_LIFE = timedelta(minutes=2)
# An expired session is distinguished from an unknown one for a day, then deleted.
_REMEMBERED = timedelta(days=1)
# Any valid key: an unknown device costs one verification like a known one.
_KEY_OF_NOBODY = "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik"

_BY_TOKEN = Prepared(
    select(DeviceSession.device_id, DeviceSession.expires_at).where(
        DeviceSession.tenant_id == bindparam("tenant_id"), DeviceSession.token_hash == bindparam("token_hash")
    )
)


@dataclass(frozen=True, slots=True)
class SessionOpening:
    """An attempt to open a session; `token` is what the device gets if its signature holds."""

    device_id: str
    nonce: str
    signature: str
    token: str


def hash_secret(text: str) -> str:
    """Return the stored form of a token or nonce."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def issue_nonce(session: Session, tenant_id: str, device_id: str, nonce: str, now: datetime) -> None:
    """Store a nonce for a device, known or not: the answer is the same."""
    session.execute(delete(Challenge).where(Challenge.tenant_id == tenant_id, Challenge.expires_at <= now))
    session.add(
        Challenge(
            tenant_id=tenant_id,
            nonce_hash=hash_secret(nonce),
            device_id=device_id,
            expires_at=now + NONCE_LIFE,
        )
    )
    session.flush()


def open_session(session: Session, tenant_id: str, opening: SessionOpening, now: datetime) -> bool:
    """Use the nonce up and open the session; False, to be committed too, when it must not open."""
    if not _use_nonce(session, tenant_id, opening, now):
        return False
    device = session.get(Device, (tenant_id, opening.device_id))
    message = f"field178-session-v1|{opening.nonce}|{opening.device_id}"
    key = device.public_key if device is not None else _KEY_OF_NOBODY
    if not is_signed(key, message, opening.signature) or device is None:
        return False
    _forget_old(session, device, now)
    session.add(
        DeviceSession(
            tenant_id=tenant_id,
            token_hash=hash_secret(opening.token),
            device_id=device.device_id,
            created_at=now,
            expires_at=now + SESSION_LIFE,
        )
    )
    session.flush()
    return True


def device_of(session: Session, tenant_id: str, token: str, now: datetime) -> str:
    """Return the id of a token's tablet, or raise AppError(session_unknown | session_expired)."""
    rows = _BY_TOKEN.rows(session, {"tenant_id": tenant_id, "token_hash": hash_secret(token)})
    if not rows:
        raise AppError(ErrorCode.SESSION_UNKNOWN)
    [(device_id, expires_at)] = rows
    if now >= expires_at:
        raise AppError(ErrorCode.SESSION_EXPIRED)
    return device_id


def expire_all(session: Session, tenant_id: str, now: datetime) -> int:
    """End every living tablet session now; returns how many. Tablets sign in again by themselves."""
    ended = session.execute(
        update(DeviceSession)
        .where(DeviceSession.tenant_id == tenant_id, DeviceSession.expires_at > now)
        .values(expires_at=now)
    )
    return changed_rows(ended)


def _use_nonce(session: Session, tenant_id: str, opening: SessionOpening, now: datetime) -> bool:
    claimed = session.execute(
        update(Challenge)
        .where(
            Challenge.tenant_id == tenant_id,
            Challenge.nonce_hash == hash_secret(opening.nonce),
            Challenge.device_id == opening.device_id,
            Challenge.used_at.is_(None),
            Challenge.expires_at > now,
        )
        .values(used_at=now)
    )
    return changed_rows(claimed) == 1


def _forget_old(session: Session, device: Device, now: datetime) -> None:
    session.execute(
        delete(DeviceSession).where(
            DeviceSession.tenant_id == device.tenant_id,
            DeviceSession.device_id == device.device_id,
            DeviceSession.expires_at <= now - _REMEMBERED,
        )
    )
