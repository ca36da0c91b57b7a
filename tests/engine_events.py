"""Events of the engine of a store and of its reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event

from field178_server.database.engine import readonly


def listen(engine: Engine, name: str, listener: Callable[..., Any]) -> None:
    """Call the listener for writes and for snapshots of the store."""
    for each in (engine, readonly(engine)):
        event.listen(each, name, listener)


def stop_listening(engine: Engine, name: str, listener: Callable[..., Any]) -> None:
    """Call the listener no longer."""
    for each in (engine, readonly(engine)):
        event.remove(each, name, listener)
