"""Add holds of records against retention (decision 0157)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("hold_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", KEY, nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("released_by", KEY, nullable=True),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "hold_id", name=op.f("pk_legal_hold")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.record_id"],
            name=op.f("fk_legal_hold_tenant_id_record_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "set_by"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_legal_hold_tenant_id_set_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "released_by"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_legal_hold_tenant_id_released_by"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_legal_hold_tenant_id_record_id"), "legal_hold", ["tenant_id", "record_id"])


def downgrade() -> None:
    op.drop_table("legal_hold")
