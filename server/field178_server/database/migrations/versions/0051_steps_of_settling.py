"""Add the number of counting steps of the totals, so that a step is counted outside of its transaction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.add_column("indicator_basis", sa.Column("steps", WHOLE, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("indicator_basis", "steps")
