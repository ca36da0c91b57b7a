"""Copy of all rows between engines: into a SQLite store, and from it into an empty PostgreSQL database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.orm import Session

from field178_server.backup.copy import copy_out
from field178_server.backup.errors import BackupError, Reason
from field178_server.backup.fingerprint import Figures, Fingerprint, fingerprint_of, tables_of
from field178_server.backup.manifest import Manifest
from field178_server.database import migrations
from field178_server.database.engine import create_engine_for
from field178_server.database.models import Tenant
from field178_server.database.unit_of_work import snapshot
from field178_shared.wire.canonical import EMPTY

_BATCH = 1000
_TABLES = tuple(Tenant.metadata.sorted_tables)


def copy_to_sqlite(session: Session, tenant_id: str, target: Path) -> Fingerprint:
    """Write all rows, as of the session's snapshot, into a new SQLite file; return its fingerprint."""
    building = target.with_suffix(".rows")
    url = f"sqlite:///{building}"
    with _engine(url) as engine:
        migrations.upgrade(engine)
        _copy_rows(session.connection(), engine)
        with snapshot(engine) as copied:
            copy_out(copied.connection(), url, target)
            fingerprint = fingerprint_of(copied, tenant_id)
    for path in building.parent.glob(f"{building.name}*"):
        path.unlink()
    return fingerprint


def copy_from_sqlite(source: Path, manifest: Manifest, url: str) -> None:
    """Fill an empty database from the SQLite file of a backup, which is upgraded first.

    The tables are created in a transaction of their own; the rows come in another one.
    """
    with _engine(f"sqlite:///{source}") as copy, _engine(url) as target:
        with snapshot(copy) as session:
            if tables_of(session) != manifest.store.tables:
                raise BackupError(Reason.DIFFERS, "tables")
        migrations.upgrade(copy)
        migrations.upgrade(target)
        with snapshot(copy) as session:
            _copy_rows(session.connection(), target)


def _copy_rows(source: Connection, target: Engine) -> None:
    """Copy the rows of every table into empty tables, and compare both; BackupError(differs)."""
    with target.begin() as connection:
        for table in _TABLES:
            rows = source.execute(select(table).execution_options(yield_per=_BATCH))
            for part in rows.mappings().partitions():
                connection.execute(table.insert(), [dict(row) for row in part])
            if _rows_of(source, table) != _rows_of(connection, table):
                raise BackupError(Reason.DIFFERS, table.name)


def _rows_of(connection: Connection, table: Table) -> Figures:
    """Return count and digest of the rows, by values of Python, which are the same on every engine."""
    digest = EMPTY
    for row in connection.execute(select(table).execution_options(yield_per=_BATCH)):
        digest = digest.add(hashlib.sha256(repr(tuple(row)).encode()).hexdigest()[:32])
    return digest.count, f"{digest.total:032x}"


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = create_engine_for(url)
    try:
        yield engine
    finally:
        engine.dispose()
