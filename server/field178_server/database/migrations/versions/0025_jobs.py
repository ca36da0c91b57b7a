"""Add the table of background jobs (decision 0079)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
FLAG = sa.Integer().with_variant(sa.Boolean(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("job_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done_count", WHOLE, nullable=False),
        sa.Column("total_count", WHOLE, nullable=False),
        sa.Column("attempt_count", WHOLE, nullable=False),
        sa.Column("is_stop_wanted", FLAG, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("queued_by", KEY, nullable=True),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "job_id", name=op.f("pk_job")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_job_tenant_id")),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'stopped', 'failed')", name=op.f("ck_job_state")
        ),
        sa.CheckConstraint(
            "done_count >= 0 AND total_count >= 0 AND attempt_count >= 0", name=op.f("ck_job_counts")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (state IN ('queued', 'running'))", name=op.f("ck_job_ended")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_job_tenant_id_state"), "job", ["tenant_id", "state"])


def downgrade() -> None:
    op.drop_table("job")
