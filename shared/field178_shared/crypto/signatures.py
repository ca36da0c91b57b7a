"""Ed25519 as the protocol writes it: raw keys and signatures, base64url without padding."""

from __future__ import annotations

import base64
import binascii
import re

_KEY_BYTES = 32
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")


def decode(text: str) -> bytes | None:
    """Return the raw bytes of unpadded base64url; None for any other text."""
    if not _ALPHABET.fullmatch(text) or len(text) % 4 == 1:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    # Bits left over after the last byte must be zero, or two texts would name one key.
    canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") == text
    return raw if canonical else None


def is_public_key(text: str) -> bool:
    """Return whether the text is a raw Ed25519 public key."""
    raw = decode(text)
    return raw is not None and len(raw) == _KEY_BYTES


def is_signed(public_key: str, message: str, signature: str) -> bool:
    """Return whether the signature over the message is by the key."""
    # Not at import: settings check keys in every command.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key, raw = decode(public_key), decode(signature)
    if key is None or raw is None or len(key) != _KEY_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(raw, message.encode("utf-8"))
    except (InvalidSignature, ValueError):
        return False
    return True


def is_signed_by_any(public_keys: str, message: str, signature: str) -> bool:
    """Return whether the signature is by one of the keys, which are separated by blanks."""
    return any(is_signed(key, message, signature) for key in public_keys.split())
