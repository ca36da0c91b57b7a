"""Add marks of the age of scopes' stamps, and cursors of tablets: for compaction by age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "scope_mark",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "scope", "seq", name=op.f("pk_scope_mark")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "scope"],
            ["scope.tenant_id", "scope.scope"],
            name=op.f("fk_scope_mark_tenant_id_scope"),
        ),
        sa.CheckConstraint("seq > 0", name=op.f("ck_scope_mark_seq")),
        sqlite_strict=True,
    )
    op.add_column("device", sa.Column("cursors", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("device", "cursors")
    op.drop_table("scope_mark")
