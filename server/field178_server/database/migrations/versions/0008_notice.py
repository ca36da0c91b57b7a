"""Add the table of notices to tablets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("notice_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text_vi", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "notice_id", name=op.f("pk_notice")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_notice_tenant_id")),
        sa.CheckConstraint("kind IN ('info', 'removal', 'reform')", name=op.f("ck_notice_kind")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_notice_tenant_id_until"), "notice", ["tenant_id", "until"])


def downgrade() -> None:
    op.drop_table("notice")
