"""Add the table of the last revision of a record that an officer opened in the review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "record_view",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "record_id", "officer_id", name=op.f("pk_record_view")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "officer_id"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_record_view_tenant_id_officer_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_record_view_tenant_id_at"), "record_view", ["tenant_id", "at"])


def downgrade() -> None:
    op.drop_table("record_view")
