"""Stores for the tests below this folder, on every engine."""

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
