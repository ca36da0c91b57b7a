"""Add officer and reason of the decision on a divergent record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("salvage", sa.Column("settled_by", KEY, nullable=True))
    op.add_column("salvage", sa.Column("settled_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("salvage", "settled_reason")
    op.drop_column("salvage", "settled_by")
