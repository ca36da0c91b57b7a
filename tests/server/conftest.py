"""Stores for the tests below this folder, on every engine, and an office furnished once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.office_scene import MovedClock, furnish, settings_of
from tests.stores import (
    engine,
    postgres_cluster,
    postgres_engine,
    sqlite_engine,
    sqlite_template,
    statements,
    world,
)

__all__ = [
    "engine",
    "postgres_cluster",
    "postgres_engine",
    "sqlite_engine",
    "sqlite_template",
    "statements",
    "world",
]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a furnished office on SQLite, to be copied and never opened."""
    folder = tmp_path_factory.mktemp("furnished") / "data"
    furnish(settings_of(folder), MovedClock())
    return folder


@pytest.fixture
def hang_up_ends() -> Iterator[None]:
    """Let SIGHUP end the processes that the test starts, also where nohup runs the tests."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)
