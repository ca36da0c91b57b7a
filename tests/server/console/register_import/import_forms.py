"""What the pages of an import propose, read out of their forms."""

from __future__ import annotations

import re
from html import unescape

SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')
_CHOSEN = re.compile(r'<select [^>]*name="((?:column|word|all):[^"]+)"(.*?)</select>', re.S)


def proposed(page: str) -> dict[str, str]:
    """Return what the selects of a page propose."""
    return {
        unescape(name): value[1] if (value := re.search(r'value="([^"]*)" selected', options)) else ""
        for name, options in _CHOSEN.findall(page)
    }


def seen_in(page: str) -> str:
    """Return the digest of what a preview shows."""
    field = SEEN.search(page)
    assert field is not None, page
    return field[1]
