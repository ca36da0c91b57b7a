"""Signed links by which an officer chooses a password; valid for three days or until a password is chosen.

Links are not stored: the signature covers the count of resets, so that a later reset invalidates earlier
links. A link is invalid if the account has a password.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from field178_server.database.models import Officer
from field178_shared.text.formats import parse_whole_number

LIFE = timedelta(days=3)
_DIGITS = 12


def make_token(key: bytes, officer: Officer, now: datetime) -> str:
    """Return the token of a link for an account without a password."""
    until = int((now + LIFE).timestamp())
    return f"{officer.officer_id}.{until}.{_signature(key, officer, until)}"


def expiry(token: str) -> datetime:
    """Return the expiry of a token of this server."""
    return datetime.fromtimestamp(int(token.split(".")[1]), UTC)


def find_officer(session: Session, tenant_id: str, key: bytes, token: str, now: datetime) -> Officer | None:
    """Return the officer who may choose a password by this token; None for an invalid token."""
    officer_id, _, rest = token.partition(".")
    until_text, _, signature = rest.partition(".")
    until = parse_whole_number(until_text, _DIGITS)
    officer = session.get(Officer, (tenant_id, officer_id))
    if officer is None or until is None or now.timestamp() >= until:
        return None
    if not hmac.compare_digest(_signature(key, officer, until).encode(), signature.encode()):
        return None
    is_open = officer.disabled_at is None and officer.password_hash is None
    return officer if is_open else None


def _signature(key: bytes, officer: Officer, until: int) -> str:
    text = f"field178-password-v1|{officer.tenant_id}|{officer.officer_id}|{until}|{officer.password_resets}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
