"""Add the former address of an account to e-mails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail", sa.Column("address", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("mail", "address")
