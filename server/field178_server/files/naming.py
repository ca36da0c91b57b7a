"""Which files a canonical text names, wherever in it they stand."""

from __future__ import annotations

import re

_SHA256 = re.compile(r'"sha256":"([0-9a-f]{64})"')
MEMBER = '"sha256":"'


def hashes_in(text: str | None) -> set[str]:
    """Return the hashes of the files that a text names."""
    return set(_SHA256.findall(text)) if text is not None and MEMBER in text else set()
