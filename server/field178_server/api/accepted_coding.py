"""Which coding an answer takes: what the client likes best; among equals, what suits its size."""

from __future__ import annotations

from werkzeug.datastructures import Accept

from field178_shared import zstd
from field178_shared.coding import CODINGS, DICTIONARY_1, GZIP, ZSTD

# The dictionary saves half of a short answer and nothing of a long one, which zstd packs five times faster.
_LONG = 64 << 10
_FOR_SHORT = (DICTIONARY_1, ZSTD, GZIP)
_FOR_LONG = (ZSTD, GZIP, DICTIONARY_1)


def wanted_coding(accepted: Accept, size_bytes: int) -> str | None:
    """Return the coding of an answer of this size, None for none."""
    # A star stands for what everybody knows; our own coding is only for those who name it.
    named = {name.lower(): quality for name, quality in accepted}
    star = {GZIP: named["*"]} if "*" in named else {}
    liked = {name: quality for name, quality in (star | named).items() if name in CODINGS and quality > 0}
    if not zstd.is_here():
        liked.pop(ZSTD, None)
    order = _FOR_LONG if size_bytes > _LONG else _FOR_SHORT
    return max(liked, key=lambda name: (liked[name], -order.index(name)), default=None)
