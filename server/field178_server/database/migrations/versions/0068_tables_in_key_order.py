"""Store the rows of small tables in the index of their primary key on SQLite (decision 0142)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0066"
branch_labels = None
depends_on = None

TABLES = (
    "feed",
    "attachment",
    "filed_facet",
    "follow_up_row",
    "indicator_subject",
    "indicator_link",
    "duplicate_key",
)
IN_KEY_ORDER = ", WITHOUT ROWID"
_TABLE = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :name")
_PARTS = sa.text(
    "SELECT sql FROM sqlite_schema "
    "WHERE type IN ('index', 'trigger') AND tbl_name = :name AND sql IS NOT NULL"
)


def upgrade() -> None:
    for name in TABLES:
        _rewrite(name, IN_KEY_ORDER)


def downgrade() -> None:
    for name in TABLES:
        _rewrite(name, "")


def _rewrite(name: str, option: str) -> None:
    """Move the rows into a table with the same definition but for the option. No table references these."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    table = connection.execute(_TABLE, {"name": name}).scalar_one()
    parts = connection.execute(_PARTS, {"name": name}).scalars().all()
    for statement in (
        f"ALTER TABLE {name} RENAME TO rewritten",
        f"{table.rstrip().removesuffix(IN_KEY_ORDER)}{option}",
        f"INSERT INTO {name} SELECT * FROM rewritten",  # noqa: S608  constants
        "DROP TABLE rewritten",
        *parts,
    ):
        connection.exec_driver_sql(statement)
