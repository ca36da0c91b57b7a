"""What the tablet's core asks of the world around it; every outside thing comes in through one of these."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from field178_shared.time.clock import Clock

__all__ = ["Clock", "Failpoint", "Json", "NetworkKind", "UiThread", "no_failpoint"]

Json = dict[str, object]
Failpoint = Callable[[str], None]


class NetworkKind(StrEnum):
    """What the way to the office costs. Where the system does not say, `unknown` counts as free."""

    UNMETERED = "unmetered"
    METERED = "metered"
    UNKNOWN = "unknown"


class UiThread(Protocol):
    """Runs work on the thread that draws."""

    def post(self, work: Callable[[], None]) -> None:
        """Run `work` on the drawing thread soon; returns at once."""
        ...


def no_failpoint(name: str) -> None:
    """Pass a crash point: nothing happens outside of tests."""


class KeyStore(Protocol):
    """Keeps one secret of this device."""

    @property
    def is_protected(self) -> bool:
        """Tell whether the system protects the secret; if not, the screens say so."""
        ...

    def load(self) -> bytes | None:
        """Return the secret, None when there is none."""
        ...

    def save(self, secret: bytes) -> None:
        """Keep the secret."""
        ...
