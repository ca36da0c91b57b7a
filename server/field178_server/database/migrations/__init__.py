"""Migrations of the store, packaged with the server.

File names start with the revision, an ascending number: so the newest and the known revisions are determined
without Alembic, which needs 10 MB and is imported only to upgrade or downgrade.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Engine, MetaData, Table, Text, inspect, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent
# PostgreSQL waits this long for the lock of a table that a migration changes.
LOCK_TIMEOUT_MS = 5_000
_LOCK_NOT_AVAILABLE = "55P03"
# Alembic's own table.
_VERSION = Table("alembic_version", MetaData(), Column("version_num", Text))


class StoreUnreachableError(Exception):
    """The store does not respond."""


class StoreBusyError(Exception):
    """A long statement of somebody else holds a table that a migration changes; nothing was changed."""


class StoreVersionError(Exception):
    """The schema of the store has another revision than this version of the product needs.

    `stored`: the revision of the store, None if it is empty; `is_newer`: this version does not know it.
    """

    def __init__(self, stored: str | None) -> None:
        super().__init__(f"the store is at revision {stored}, this version works on {head()}")
        self.stored = stored
        self.is_newer = stored is not None and not is_known(stored)


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrade the store to a revision in one transaction; do nothing if it has that revision.

    Raises StoreVersionError for a store of a newer version, StoreBusyError if a table stays locked.
    """
    from alembic import command

    error = StoreVersionError(current(engine))
    if error.is_newer:
        raise error
    with engine.connect() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except OperationalError as refusal:
            if getattr(refusal.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise StoreBusyError from refusal
            raise


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Downgrade the store to a revision in one transaction."""
    from alembic import command

    with engine.connect() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def current(engine: Engine) -> str | None:
    """Return the revision of the store, None if it is empty."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(_VERSION.name):
            return None
        return connection.scalar(select(_VERSION.c.version_num))


def probe(engine: Engine) -> str | None:
    """Return the revision of the store as `current` does; raise StoreUnreachableError for any SQL error."""
    try:
        return current(engine)
    except SQLAlchemyError as error:
        raise StoreUnreachableError from error


def require_newest(engine: Engine) -> None:
    """Raise StoreVersionError unless the store is at the newest revision.

    A server on another schema would acknowledge some changes and fail at others.
    """
    stored = current(engine)
    if stored != head():
        raise StoreVersionError(stored)


def head() -> str:
    """Return the newest revision of this version of the product."""
    return max(revisions())


def is_known(revision: str) -> bool:
    """Return whether this version of the product has a revision, so that it can upgrade from it."""
    return revision in revisions()


@cache
def revisions() -> frozenset[str]:
    """Return the revisions of this version of the product."""
    return frozenset(file.name.partition("_")[0] for file in (FOLDER / "versions").glob("[0-9]*_*.py"))


def configuration() -> Config:
    """Return Alembic's settings, which need no ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
