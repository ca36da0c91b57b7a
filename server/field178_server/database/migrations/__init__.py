"""Migrations of the store, packaged with the server."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

FOLDER = Path(__file__).parent


class StoreUnreachableError(Exception):
    """The store does not answer."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrade the store to a revision in one transaction; nothing happens when it is there already."""
    with engine.connect() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Downgrade the store to a revision in one transaction."""
    with engine.connect() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def current(engine: Engine) -> str | None:
    """Return the revision the store is at, or None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def probe(engine: Engine) -> str | None:
    """Return what `current` returns, for callers that write no SQL; raises StoreUnreachableError."""
    try:
        return current(engine)
    except SQLAlchemyError as error:
        raise StoreUnreachableError from error


@cache
def head() -> str | None:
    """Return the newest revision that this version of the product knows."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def is_known(revision: str) -> bool:
    """Tell whether this version of the product knows a revision, and so the way from it to the newest."""
    known = ScriptDirectory.from_config(configuration()).walk_revisions()
    return any(step.revision == revision for step in known)


def configuration() -> Config:
    """Return Alembic's settings; there is no ini file to find."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
