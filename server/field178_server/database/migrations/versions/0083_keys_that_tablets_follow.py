"""Add the number of the last announcement of keys that a tablet follows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None

NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.add_column("device", sa.Column("key_number", NUMBER, server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("device", "key_number")
