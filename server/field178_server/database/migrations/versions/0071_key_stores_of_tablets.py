"""Add what protects the data key of a tablet, as it last told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("key_store", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("device", "key_store")
