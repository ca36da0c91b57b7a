"""Brings the database to the newest form: numbered SQL files, forward only, proven unedited by checksum."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from field178_mobile.ports import Failpoint
from field178_mobile.store.database.connection import transaction
from field178_mobile.store.database.driver import Connection
from field178_shared.errors import AppError, ErrorCode

_FOLDER = files("field178_mobile.store.database") / "migrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of the schema."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Hash (SHA-256) of the SQL text: a released file is never edited."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> tuple[Migration, ...]:
    """Return all steps in order."""
    file_names = sorted(entry.name for entry in _FOLDER.iterdir() if entry.name.endswith(".sql"))
    return tuple(
        Migration(int(name[:4]), name[:-4], (_FOLDER / name).read_text("utf-8")) for name in file_names
    )


def migrate(connection: Connection, failpoint: Failpoint) -> None:
    """Apply the missing migrations, each in its own transaction; refuse a database of a newer program."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, checksum TEXT NOT NULL) STRICT"
    )
    applied = {number: checksum for number, checksum in connection.execute("SELECT * FROM migration")}
    steps = migrations()
    if applied.keys() - {step.number for step in steps}:
        raise AppError(ErrorCode.STORE_TOO_NEW, newest=max(applied))
    for step in steps:
        if step.number not in applied:
            _apply(connection, step, failpoint)


def _apply(connection: Connection, step: Migration, failpoint: Failpoint) -> None:
    with transaction(connection, f"migrate.{step.number:04d}", failpoint):
        for statement in statements(step.sql):
            connection.execute(statement)
        connection.execute("INSERT INTO migration VALUES (?, ?)", (step.number, step.checksum))


def statements(sql: str) -> list[str]:
    """Return the statements of a file; executescript would commit the transaction around it."""
    lines = [line for line in sql.splitlines() if not line.lstrip().startswith("--")]
    return [text.strip() for text in "\n".join(lines).split(";") if text.strip()]
