"""Allow uploads without a tablet: files of the office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    _set_nullable(True)


def downgrade() -> None:
    op.execute("DELETE FROM upload WHERE device_id IS NULL")
    _set_nullable(False)


def _set_nullable(is_nullable: bool) -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("upload", recreate="always", table_kwargs={"sqlite_strict": True}) as table:
            table.alter_column("device_id", existing_type=KEY, nullable=is_nullable)
    else:
        op.alter_column("upload", "device_id", existing_type=KEY, nullable=is_nullable)
