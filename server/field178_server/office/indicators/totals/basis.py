"""Basis and aggregates of the lists in force, computed once for each publication."""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass

from field178_shared.codelists import CodeLists
from field178_shared.codelists.formulas import Figures
from field178_shared.indicators.basis import basis_of
from field178_shared.indicators.buckets import Aggregates

_RELEASE = importlib.metadata.version("field178")


@dataclass(frozen=True, slots=True)
class _InForce:
    figures: Figures
    basis: str
    aggregates: Aggregates


_kept: _InForce | None = None


def current_basis(lists: CodeLists) -> str:
    """Return the basis: a key of these lists and this release. Counts with another basis are invalid."""
    return _in_force(lists).basis


def aggregates_in_force(lists: CodeLists) -> Aggregates:
    """Return the aggregates of these lists."""
    return _in_force(lists).aggregates


def _in_force(lists: CodeLists) -> _InForce:
    """Return the cached basis and aggregates of lists; a publication replaces the `figures` object."""
    global _kept
    current = _kept
    if current is None or current.figures is not lists.figures:
        current = _kept = _InForce(lists.figures, basis_of(lists, _RELEASE), Aggregates(lists))
    return current
