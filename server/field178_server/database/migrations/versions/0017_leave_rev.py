"""Add the last revision of a record in a scope that it left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.add_column("feed", sa.Column("left_rev", WHOLE, nullable=True))


def downgrade() -> None:
    op.drop_column("feed", "left_rev")
