"""Basis of counts: what of the lists they depend on, as one hash; counts of another basis say nothing."""

from __future__ import annotations

import hashlib

from field178_shared.codelists import CodeLists

# The lists that counting reads, taken whole: a column that counting reads later cannot be forgotten here.
_READ = (
    *("indicators", "formula_terms", "types", "forms", "media_channels", "units"),
    *("schools", "zones", "media_outlets"),
)


def basis_of(lists: CodeLists, release: str) -> str:
    """Return the hash of the lists that counting reads, and of the release that counts."""
    rows = [list(getattr(lists, name).values()) for name in _READ]
    return hashlib.sha256(repr((release, rows)).encode()).hexdigest()
