"""Add the content of the latest sign-off of each report (decision 0105)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0057"
down_revision = "0052"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "signed_report",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("report_id", KEY, nullable=False),
        sa.Column("figures", KEY, nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(figures) = 64", name=op.f("ck_signed_report_figures")),
        sa.PrimaryKeyConstraint("tenant_id", "report_id", name=op.f("pk_signed_report")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "report_id"],
            ["record.tenant_id", "record.record_id"],
            name=op.f("fk_signed_report_tenant_id_report_id"),
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("signed_report")
