"""Data tokens read after their officer accepted them; earlier ones go on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("feed_token", sa.Column("accepted_at", INSTANT, nullable=True))
    op.execute("UPDATE feed_token SET accepted_at = made_at")


def downgrade() -> None:
    op.drop_column("feed_token", "accepted_at")
