"""Signed links by which an officer chooses a password; valid for three days or until a password is chosen.

Links are not stored: the signature covers the latest access request of the officer, so that a later reset
invalidates earlier links. While the request is open the password waits with it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from field178_server.accounts.access_requests import latest_with_password
from field178_server.database.tables.access import AccessRequest
from field178_server.database.tables.account import Officer
from field178_shared.text.formats import parse_whole_number

LIFE = timedelta(days=3)
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """Officer who may choose a password, and the open request with which it waits; None: it works at once."""

    officer: Officer
    request: AccessRequest | None


def make_token(session: Session, key: bytes, officer: Officer, now: datetime) -> str:
    """Return the token of a link for an officer's latest request, or for an account without a password."""
    until = int((now + LIFE).timestamp())
    request = latest_with_password(session, officer.tenant_id, officer.officer_id)
    return f"{officer.officer_id}.{until}.{_signature(key, officer, request, until)}"


def expiry(token: str) -> datetime:
    """Return the expiry of a token of this server."""
    return datetime.fromtimestamp(int(token.split(".")[1]), UTC)


def find_target(session: Session, tenant_id: str, key: bytes, token: str, now: datetime) -> LinkTarget | None:
    """Return who may choose a password by this token; None for an invalid token."""
    link = _read(session, tenant_id, key, token, now)
    if link is None:
        return None
    officer, request = link
    if request is not None and request.decided_at is None:
        return LinkTarget(officer, request) if request.password_hash is None else None
    is_open = officer.disabled_at is None and officer.password_hash is None
    return LinkTarget(officer, None) if is_open else None


def is_waiting(session: Session, tenant_id: str, key: bytes, token: str, now: datetime) -> bool:
    """Return whether a password was chosen by this token and waits for a second person."""
    link = _read(session, tenant_id, key, token, now)
    request = link[1] if link is not None else None
    return request is not None and request.decided_at is None and request.password_hash is not None


def _read(
    session: Session, tenant_id: str, key: bytes, token: str, now: datetime
) -> tuple[Officer, AccessRequest | None] | None:
    """Return the officer and the latest request of a token; None for a wrong or expired one."""
    officer_id, _, rest = token.partition(".")
    until_text, _, signature = rest.partition(".")
    until = parse_whole_number(until_text, _DIGITS)
    officer = session.get(Officer, (tenant_id, officer_id))
    if officer is None or until is None or now.timestamp() >= until:
        return None
    request = latest_with_password(session, tenant_id, officer_id)
    is_right = hmac.compare_digest(_signature(key, officer, request, until).encode(), signature.encode())
    return (officer, request) if is_right else None


def _signature(key: bytes, officer: Officer, request: AccessRequest | None, until: int) -> str:
    cause = request.request_id if request is not None else str(officer.password_resets)
    text = f"field178-password-v2|{officer.tenant_id}|{officer.officer_id}|{until}|{cause}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
