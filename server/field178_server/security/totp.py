"""One-time codes of RFC 6238 (SHA-1, 6 digits, 30 s), each valid for one sign-in."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from datetime import datetime

STEP_S = 30
SECRET_BYTES = 20
_DRIFT_STEPS = (-1, 0, 1)
_SIX_DIGITS = re.compile(r"[0-9]{6}")


def encode_secret(secret: bytes) -> str:
    """Return a secret in base32, the form of authenticator applications."""
    return base64.b32encode(secret).decode("ascii")


def is_secret(text: str) -> bool:
    """Return whether a text is a base32 secret of the length used here."""
    try:
        return len(base64.b32decode(text)) == SECRET_BYTES
    except (binascii.Error, ValueError):
        return False


def link(secret: str, login: str) -> str:
    """Return the link for the QR code of authenticator applications."""
    return f"otpauth://totp/field178:{login}?secret={secret}&issuer=field178"


def accepted_step(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """Return the time step of a code, or None; a step up to `last_step` is a replay."""
    if not _SIX_DIGITS.fullmatch(code):
        return None
    present = int(now.timestamp()) // STEP_S
    for step in (present + drift for drift in _DRIFT_STEPS):
        if step > last_step and hmac.compare_digest(code_of_step(secret, step), code):
            return step
    return None


def code_of_step(secret: str, step: int) -> str:
    """Return the code (six digits) of a time step."""
    try:
        key = base64.b32decode(secret)
    except binascii.Error:
        raise ValueError("a TOTP secret is base32") from None
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
