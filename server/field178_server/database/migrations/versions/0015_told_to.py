"""Add the tablet that gets a receipt if it replaced the sender."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INDEX = "ix_receipt_tenant_id_told_to_v"
IS_TOLD = sa.text("told_to IS NOT NULL")


def upgrade() -> None:
    op.add_column("receipt", sa.Column("told_to", KEY, nullable=True))
    op.create_index(
        op.f(INDEX),
        "receipt",
        ["tenant_id", "told_to", "v"],
        sqlite_where=IS_TOLD,
        postgresql_where=IS_TOLD,
    )


def downgrade() -> None:
    op.drop_index(op.f(INDEX), "receipt")
    op.drop_column("receipt", "told_to")
