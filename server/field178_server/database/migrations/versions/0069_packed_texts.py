"""Pack the bodies of records and the changes of their history on SQLite (decision 0142).

`packed` and `unpacked` are functions of the server's connections.
"""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

DICTIONARY = Path(__file__).parents[2] / "dictionaries" / "1.zstd"
COLUMNS = (("record", "body"), ("change", "payload"))
STEP = 1000
_DEFINITION = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :table")
_SET_DEFINITION = sa.text("UPDATE sqlite_schema SET sql = :definition WHERE type = 'table' AND name = :table")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    # A copy of the file can be read without the product.
    op.execute("CREATE TABLE text_dictionary (number INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT")
    insert = sa.text("INSERT INTO text_dictionary (number, content) VALUES (1, :content)")
    op.get_bind().execute(insert, {"content": DICTIONARY.read_bytes()})
    for table, column in COLUMNS:
        _change_type(table, column, "TEXT", "BLOB")
        _convert(table, column, "packed")


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, column in COLUMNS:
        _change_type(table, column, "BLOB", "TEXT")
        _convert(table, column, "unpacked")
    op.execute("DROP TABLE text_dictionary")


def _change_type(table: str, column: str, type_: str, other: str) -> None:
    """Change the declared type of a column in the stored schema.

    Other tables reference `record`, so it cannot be rewritten; to drop a column SQLite would keep the whole
    table in memory.
    """
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    definition = connection.execute(_DEFINITION, {"table": table}).scalar_one()
    changed, count = re.subn(rf"(\b{column}\"? ){type_}\b", rf"\g<1>{other}", definition)
    assert count == 1, table
    connection.execute(_SET_DEFINITION, {"table": table, "definition": changed})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")


def _convert(table: str, column: str, function: str) -> None:
    connection = op.get_bind()
    last = connection.execute(sa.text(f"SELECT max(rowid) FROM {table}")).scalar() or 0  # noqa: S608
    update = sa.text(
        f"UPDATE {table} SET {column} = {function}({column}) "  # noqa: S608  constants
        "WHERE rowid > :after AND rowid <= :upto"
    )
    # A statement keeps the old pages that it changes in memory: so each has few rows.
    for after in range(0, last, STEP):
        connection.execute(update, {"after": after, "upto": after + STEP})
