"""Sessions of tablets: tokens for fifteen minutes, for a nonce signed by the device's key; not stored."""

from __future__ import annotations

import hashlib
import hmac
import struct
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import Device, Tenant
from field178_server.security.keyring import to_base64url
from field178_shared.crypto.signatures import decode, is_signed
from field178_shared.errors import AppError, ErrorCode

SESSION_LIFE = timedelta(minutes=15)
# A tablet that wakes every half hour opens a session with the nonce of its last one, in one request.
NONCE_LIFE = timedelta(hours=1)
# Difference of the clocks of two servers with one store.
_CLOCK_SKEW = timedelta(minutes=1)
# Any valid key: an unknown device costs the same verification as a known one.
_DUMMY_KEY = "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik"
_MAC_BYTES = 16
_NONCE = struct.Struct(">Q")  # creation time in milliseconds
_TOKEN = struct.Struct(">QI16s")  # creation time, the tenant's session generation, device id

_SIGNER = Prepared(
    select(Device.public_key, Tenant.session_generation, Device.order_number)
    .join(Tenant, Tenant.tenant_id == Device.tenant_id)
    .where(Device.tenant_id == bindparam("tenant_id"), Device.device_id == bindparam("device_id"))
)


@dataclass(frozen=True, slots=True)
class SessionOpening:
    """Request to open a session."""

    device_id: str
    nonce: str
    signature: str


@dataclass(frozen=True, slots=True, repr=False)
class OpenedSession:
    """Token of a new session; `has_order`: an order of the office waits for the tablet."""

    token: str
    has_order: bool


@dataclass(frozen=True, slots=True)
class SessionClaim:
    """Content of a token. It has expired if the tenant's session generation differs."""

    device_id: str
    generation: int


@dataclass(frozen=True, slots=True, repr=False)
class DeviceSessions:
    """The sessions of one tenant's tablets, under the server's key.

    A nonce opens sessions of its device only, for an hour: like the server-provided nonce of RFC 9449 §8 it
    limits the age of a signature. An attacker who can replay a request also has its token (decision 0060).
    """

    tenant_id: str
    key: bytes

    def nonce(self, device_id: str, now: datetime) -> str:
        """Return a nonce for a device id, known or not."""
        head = _NONCE.pack(_milliseconds(now))
        return to_base64url(head + self._mac(b"nonce", device_id.encode(), head))

    def open(self, session: Session, opening: SessionOpening, now: datetime) -> OpenedSession | None:
        """Return a new session; None for an invalid nonce or signature."""
        if not self._is_own_nonce(opening, now):
            return None
        device = {"tenant_id": self.tenant_id, "device_id": opening.device_id}
        signers = _SIGNER.rows(session, device)
        key, generation, order_number = signers[0] if signers else (_DUMMY_KEY, 0, None)
        message = f"field178-session-v1|{opening.nonce}|{opening.device_id}"
        if not is_signed(key, message, opening.signature) or not signers:
            return None
        head = _TOKEN.pack(_milliseconds(now), generation, uuid.UUID(opening.device_id).bytes)
        return OpenedSession(to_base64url(head + self._mac(b"token", head)), order_number is not None)

    def claim_of(self, token: str, now: datetime) -> SessionClaim:
        """Return the claim of a token, or raise AppError(session_unknown | session_expired)."""
        raw = decode(token) or b""
        head, mac = raw[: _TOKEN.size], raw[_TOKEN.size :]
        if len(head) != _TOKEN.size or not hmac.compare_digest(mac, self._mac(b"token", head)):
            raise AppError(ErrorCode.SESSION_UNKNOWN)
        made, generation, device_bytes = _TOKEN.unpack(head)
        if not _is_younger(made, now, SESSION_LIFE):
            raise AppError(ErrorCode.SESSION_EXPIRED)
        return SessionClaim(str(uuid.UUID(bytes=device_bytes)), generation)

    def _is_own_nonce(self, opening: SessionOpening, now: datetime) -> bool:
        raw = decode(opening.nonce) or b""
        head, mac = raw[: _NONCE.size], raw[_NONCE.size :]
        if len(head) != _NONCE.size:
            return False
        is_own = hmac.compare_digest(mac, self._mac(b"nonce", opening.device_id.encode(), head))
        return is_own and _is_younger(_NONCE.unpack(head)[0], now, NONCE_LIFE)

    def _mac(self, purpose: bytes, *parts: bytes) -> bytes:
        text = b"|".join((b"field178-device-session-v1", purpose, self.tenant_id.encode(), *parts))
        return hmac.digest(self.key, text, hashlib.sha256)[:_MAC_BYTES]


def expire_all(session: Session, tenant_id: str) -> int:
    """End all tablet sessions and return the new generation; tablets open new sessions automatically."""
    tenant = session.get_one(Tenant, tenant_id, with_for_update=True)
    tenant.session_generation += 1
    return tenant.session_generation


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _is_younger(made: int, now: datetime, life: timedelta) -> bool:
    age = timedelta(milliseconds=_milliseconds(now) - made)
    return -_CLOCK_SKEW <= age < life
