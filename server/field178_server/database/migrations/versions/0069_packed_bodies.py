"""Pack the bodies of records on SQLite (decision 0142).

`packed` and `unpacked` are functions of the server's connections.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

DICTIONARY = Path(__file__).parents[2] / "dictionaries" / "1.zstd"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    # A copy of the file can be read without the product.
    op.execute("CREATE TABLE body_dictionary (number INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT")
    insert = sa.text("INSERT INTO body_dictionary (number, content) VALUES (1, :content)")
    op.get_bind().execute(insert, {"content": DICTIONARY.read_bytes()})
    _replace_body("BLOB NOT NULL DEFAULT x''", "packed(body)")


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    _replace_body("TEXT NOT NULL DEFAULT ''", "unpacked(body)")
    op.execute("DROP TABLE body_dictionary")


def _replace_body(column: str, value: str) -> None:
    """Replace the column instead of the table: other tables reference it."""
    op.execute(f"ALTER TABLE record ADD COLUMN next_body {column}")
    op.execute(f"UPDATE record SET next_body = {value}")  # noqa: S608  constants
    op.execute("ALTER TABLE record DROP COLUMN body")
    op.execute("ALTER TABLE record RENAME COLUMN next_body TO body")
