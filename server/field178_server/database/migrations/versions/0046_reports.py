"""Add tables of frozen reports and of report templates (decision 0105)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "report_template",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_report_template_sha256")),
        sa.PrimaryKeyConstraint("tenant_id", "sha256", name=op.f("pk_report_template")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_report_template_tenant_id")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "frozen_report",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("report_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("frozen_at", INSTANT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("template", KEY, nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_frozen_report_sha256")),
        sa.PrimaryKeyConstraint("tenant_id", "report_id", name=op.f("pk_frozen_report")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "report_id"],
            ["record.tenant_id", "record.record_id"],
            name=op.f("fk_frozen_report_tenant_id_report_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "template"],
            ["report_template.tenant_id", "report_template.sha256"],
            name=op.f("fk_frozen_report_tenant_id_template"),
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("frozen_report")
    op.drop_table("report_template")
