"""Add the reported status of tablets: unsent changes and files, free space, digest mismatches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
COUNTS = ("unsent_count", "unsent_file_count", "free_mb", "mismatch_count")


def upgrade() -> None:
    op.add_column("device", sa.Column("told_at", INSTANT, nullable=True))
    for name in COUNTS:
        op.add_column("device", sa.Column(name, WHOLE, nullable=True))
    op.add_column("device", sa.Column("mismatch_records", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("mismatch_records", *reversed(COUNTS), "told_at"):
        op.drop_column("device", name)
