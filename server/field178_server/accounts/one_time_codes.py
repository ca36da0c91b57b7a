"""Secrets of officers' one-time codes, sealed with the server's key: the store alone yields no code."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.tables.account import Officer
from field178_server.security.keyring import Keyring, Purpose, to_base64url
from field178_server.security.secret_box import SecretBox
from field178_shared.crypto.signatures import decode

# Rows of older versions have the secret itself (base32, without this mark) until maintenance seals them.
_SEALED = "sealed:"


def secret_box(keyring: Keyring) -> SecretBox:
    """Return the box of the secrets of one-time codes; a sealed secret opens for its own officer only."""
    return SecretBox(keyring, Purpose.ONE_TIME_CODES)


def sealed(box: SecretBox, officer_id: str, secret: str) -> str:
    """Return the stored form of an officer's secret."""
    return _SEALED + to_base64url(box.sealed(officer_id, secret))


def opened(box: SecretBox, officer_id: str, stored: str) -> str:
    """Return the secret of its stored form; raise SecretLostError if it was sealed with another key."""
    return box.opened(officer_id, _raw(stored)) if stored.startswith(_SEALED) else stored


def renew(session: Session, tenant_id: str, box: SecretBox) -> list[str]:
    """Seal the stored secrets that are in clear or have an earlier key; return the ids of their officers."""
    has_codes = Officer.tenant_id == tenant_id, Officer.totp_secret.is_not(None)
    written = []
    for officer in session.scalars(select(Officer).where(*has_codes).order_by(Officer.officer_id)):
        stored = str(officer.totp_secret)
        renewed = _renewed(box, officer.officer_id, stored)
        if renewed != stored:
            officer.totp_secret = renewed
            written.append(officer.officer_id)
    return written


def _renewed(box: SecretBox, officer_id: str, stored: str) -> str:
    if not stored.startswith(_SEALED):
        return sealed(box, officer_id, stored)
    raw = _raw(stored)
    renewed = box.renewed(officer_id, raw)
    return stored if renewed is raw else _SEALED + to_base64url(renewed)


def _raw(stored: str) -> bytes:
    return decode(stored.removeprefix(_SEALED)) or b""
