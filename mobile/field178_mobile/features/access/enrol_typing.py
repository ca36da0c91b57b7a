"""The code and the address of an enrolment, as people type them."""

from __future__ import annotations

from urllib.parse import urlsplit

CODE_LENGTH = 16
_CROCKFORD = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_ALIKE = str.maketrans("OIL", "011")


def read_code(text: str) -> str | None:
    """Return the 16 characters of a code typed with blanks, hyphens or look-alikes, or None."""
    bare = "".join(text.split()).replace("-", "").upper().translate(_ALIKE)
    return bare if len(bare) == CODE_LENGTH and set(bare) <= _CROCKFORD else None


def read_address(text: str) -> str | None:
    """Return the address with its scheme (https unless one was typed), or None when it is none."""
    bare = text.strip().rstrip("/")
    full = bare if "://" in bare else f"https://{bare}"
    parts = urlsplit(full)
    return full if bare and parts.scheme in ("http", "https") and parts.hostname else None
