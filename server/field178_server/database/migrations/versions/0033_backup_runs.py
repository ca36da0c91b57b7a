"""Add the log of backups: every attempt with folder, size and proof (decision 0015)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "backup_run",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("manifest_sha256", KEY, nullable=True),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.Column("taken_by", KEY, nullable=True),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column("drilled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", name=op.f("pk_backup_run")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_backup_run_tenant_id")),
        sa.CheckConstraint("state IN ('proved', 'not_proved', 'failed')", name=op.f("ck_backup_run_state")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_backup_run_size")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_backup_run_tenant_id_state"), "backup_run", ["tenant_id", "state"])
    op.create_index(
        op.f("ix_backup_run_tenant_id_manifest_sha256"), "backup_run", ["tenant_id", "manifest_sha256"]
    )


def downgrade() -> None:
    op.drop_table("backup_run")
