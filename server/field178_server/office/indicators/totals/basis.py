"""What counts are made by: aggregates and basis of the lists in force, read once a publication."""

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
    """Return what counts are made by now."""
    return _in_force(lists).basis


def aggregates_in_force(lists: CodeLists) -> Aggregates:
    """Return the aggregates of these lists."""
    return _in_force(lists).aggregates


def _in_force(lists: CodeLists) -> _InForce:
    """Return what was read of these lists; a publication gives them other formulas, as an object."""
    global _kept
    found = _kept
    if found is None or found.figures is not lists.figures:
        found = _kept = _InForce(lists.figures, basis_of(lists, _RELEASE), Aggregates(lists))
    return found
