"""Add the signed base of an audit trail whose old entries retention deleted (decision 0157)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "trail_base",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("chain_index", WHOLE, nullable=False),
        sa.Column("chain_hash", sa.Text(), nullable=False),
        sa.Column("chain_sig", sa.Text(), nullable=True),
        sa.Column("sig", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "chain_index", name=op.f("pk_trail_base")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_trail_base_tenant_id")),
        sa.CheckConstraint("chain_index > 0", name=op.f("ck_trail_base_chain_index")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("trail_base")
