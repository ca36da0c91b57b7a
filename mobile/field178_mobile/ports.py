"""Ports of the tablet's core: interfaces of all external services."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from field178_shared.time.clock import Clock

__all__ = ["Clock", "Failpoint", "Json", "NetworkKind", "TabletSettings", "UiThread", "no_failpoint"]

Json = dict[str, object]
Failpoint = Callable[[str], None]


class NetworkKind(StrEnum):
    """Cost of the network; UNKNOWN (not reported by the system) counts as free."""

    UNMETERED = "unmetered"
    METERED = "metered"
    UNKNOWN = "unknown"


class UiThread(Protocol):
    """Runs work on the UI thread."""

    def post(self, work: Callable[[], None]) -> None:
        """Schedule `work` on the UI thread; returns at once."""
        ...


class TabletSettings(Protocol):
    """Keeps small values on the tablet, durably."""

    def get(self, key: str) -> object:
        """Return a stored value, or None."""
        ...

    def put(self, key: str, value: object) -> None:
        """Store a value durably."""
        ...


def no_failpoint(name: str) -> None:
    """Pass a crash point: nothing happens outside of tests."""


class KeyStore(Protocol):
    """Keeps one secret of this device."""

    @property
    def is_protected(self) -> bool:
        """Return whether the system protects the secret; otherwise the screens show it."""
        ...

    def load(self) -> bytes | None:
        """Return the secret, None if there is none."""
        ...

    def save(self, secret: bytes) -> None:
        """Keep the secret."""
        ...

    def delete(self) -> None:
        """Delete the secret, if there is one."""
        ...
