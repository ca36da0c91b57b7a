"""Add the time since when a stored file is unreferenced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("blob", sa.Column("unnamed_since", INSTANT, nullable=True))


def downgrade() -> None:
    op.drop_column("blob", "unnamed_since")
