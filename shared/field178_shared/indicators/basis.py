"""Basis of counts: hash of all lists that counts depend on; counts of another basis are invalid."""

from __future__ import annotations

import hashlib

from field178_shared.codelists import CodeLists
from field178_shared.indicators.figures import aggregates_of

# Whole lists that counting reads, so that a column added later is always included.
_READ = (
    "indicators",
    "formula_terms",
    "types",
    "forms",
    "media_channels",
    "units",
    "schools",
    "zones",
    "media_outlets",
)


def basis_of(lists: CodeLists, release: str) -> str:
    """Return the hash of the lists that counting reads, of the counted aggregates, and of the release."""
    rows = [list(getattr(lists, name).values()) for name in _READ]
    rows.append(list(lists.lineage))
    counted = [aggregate.key for aggregate in aggregates_of(lists)]
    return hashlib.sha256(repr((release, rows, counted)).encode()).hexdigest()
