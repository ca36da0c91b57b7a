"""Named states of the tablet, in the order in which they are entered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.mobile.screens.posing import Pose


@dataclass(frozen=True, slots=True)
class State:
    """One named state: how to get there, on which kind of tablet.

    One that only looks shares an open tablet with the others; one that writes, or is locked, has its own.
    """

    name: str
    go: Callable[[Pose], None]
    kind: str = "full"
    is_open: bool = True
    is_shared: bool = True

    @property
    def tablet(self) -> tuple[str, str]:
        """The tablet that it shares: of its kind, with the states of the same part of the application."""
        return self.kind, self.go.__module__


STATES: list[State] = []
Go = Callable[[Pose], None]


def state(kind: str = "full", *, is_open: bool = True, is_shared: bool = True) -> Callable[[Go], Go]:
    """Enter a function as a state of its name."""

    def enter(go: Go) -> Go:
        STATES.append(State(go.__name__, go, kind, is_open, is_shared and is_open))
        return go

    return enter
