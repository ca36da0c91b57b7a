"""Raw keys and signatures as the protocol writes them: base64url without padding."""

from __future__ import annotations

import base64


def encode(raw: bytes) -> str:
    """Return the text form."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the raw bytes; raises ValueError for an invalid text."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
