"""Copies of a database: to a file, and from a file into an empty database of PostgreSQL."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, Connection, inspect, make_url
from sqlalchemy.exc import DBAPIError

from field178_server.backup.errors import BackupError, Reason
from field178_server.backup.postgresql_clients import path_of
from field178_server.database.engine import copy_sqlite, create_engine_for
from field178_server.database.scratch_databases import scratch_database

# URL of which `scratch_store` needs only the engine.
SCRATCH_SQLITE = "sqlite://"
_INSUFFICIENT_PRIVILEGE = "42501"


def copy_out(connection: Connection, url: str, target: Path) -> None:
    """Write the database, as of the connection's snapshot, into a new file."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if connection.dialect.name == "sqlite":
        copy_sqlite(connection, target)
    else:
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        _client(
            url,
            _major(connection),
            "pg_dump",
            "--format=custom",
            f"--snapshot={snapshot}",
            f"--file={target}",
        )
    with target.open("rb") as file:
        os.fsync(file.fileno())


def copy_in(source: Path, url: str) -> None:
    """Fill an empty database of PostgreSQL from the file of `copy_out`, in one transaction."""
    options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    engine = create_engine_for(url)
    try:
        with engine.connect() as connection:
            major = _major(connection)
    finally:
        engine.dispose()
    _client(url, major, "pg_restore", *options, str(source))


def is_empty(url: str) -> bool:
    """Return whether the database at a URL is empty or missing."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return not Path(str(parsed.database)).exists()
    engine = create_engine_for(url)
    try:
        return not inspect(engine).get_table_names()
    finally:
        engine.dispose()


@contextmanager
def scratch_store(url: str, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database on the same engine; it is deleted at the end.

    `folder`: a working folder, which has it on SQLite.
    """
    parsed = make_url(url)
    with ExitStack() as stack:
        if parsed.get_backend_name() == "sqlite":
            inside = stack.enter_context(TemporaryDirectory(dir=folder))
            yield f"sqlite:///{Path(inside) / 'store.sqlite'}"
            return
        engine = create_engine_for(url)
        stack.callback(engine.dispose)
        try:
            name = stack.enter_context(scratch_database(engine))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _INSUFFICIENT_PRIVILEGE:
                raise
            raise BackupError(Reason.NO_SCRATCH, str(parsed.username)) from error
        yield parsed.set(database=name).render_as_string(hide_password=False)


def _major(connection: Connection) -> int:
    version = connection.dialect.server_version_info
    assert version is not None
    return int(version[0])


def _client(url: str, major: int, program: str, *arguments: str) -> None:
    """Run a client program of PostgreSQL; the password is passed in the environment."""
    parsed = make_url(url)
    own = {"PGPASSWORD": parsed.password} if parsed.password else {}
    done = subprocess.run(  # noqa: S603  # a fixed program, no shell
        [path_of(program, major), "--no-password", f"--dbname={_address(parsed)}", *arguments],
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        errors = done.stderr.strip().splitlines() or [str(done.returncode)]
        raise BackupError(Reason.CLIENT_FAILED, f"{program}: {errors[0]}")


def _address(url: URL) -> str:
    return URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    ).render_as_string()
