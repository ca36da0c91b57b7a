"""Add retention runs, decided by two officers (decision 0157)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0079"
down_revision = "0075"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
DAY = sa.Text().with_variant(sa.Date(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "retention_run",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("on_day", DAY, nullable=False),
        sa.Column("periods", sa.Text(), nullable=False),
        sa.Column("extent", sa.Text(), nullable=False),
        sa.Column("requested_by", KEY, nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("confirmed_by", KEY, nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("job_id", KEY, nullable=True),
        sa.Column("files", sa.Text(), server_default="{}", nullable=False),
        sa.Column("result", sa.Text(), server_default="{}", nullable=False),
        sa.Column("reduced_at", INSTANT, nullable=True),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.Column("proved_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", name=op.f("pk_retention_run")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "requested_by"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_retention_run_tenant_id_requested_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "confirmed_by"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_retention_run_tenant_id_confirmed_by"),
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> requested_by", name=op.f("ck_retention_run_two_people")
        ),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_retention_run_confirmed")
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("retention_run")
