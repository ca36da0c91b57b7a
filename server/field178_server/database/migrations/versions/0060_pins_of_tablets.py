"""Add the TLS pins with which a tablet was enrolled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("tls_pins", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("device", "tls_pins")
