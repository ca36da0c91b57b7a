"""Error of the oracles: a broken invariant of the protocol, by its number."""

from __future__ import annotations


class Violation(AssertionError):
    """Invariant of the protocol (docs/architecture.md) that does not hold."""

    def __init__(self, invariant: str, what: str) -> None:
        super().__init__(f"{invariant}: {what}")
        self.invariant = invariant


def require(holds: bool, invariant: str, what: str) -> None:
    """Raise Violation unless the invariant holds."""
    if not holds:
        raise Violation(invariant, what)
