"""Stores for the tests below this folder, on every engine, and an office furnished once."""

from __future__ import annotations

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
