"""Add the position of a run that projects stored records again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

TABLE = "projection_run"
KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("record_types", sa.Text(), nullable=False),
        sa.Column("stage", NUMBER, nullable=False),
        sa.Column("after_id", KEY, nullable=False),
        sa.Column("done_count", NUMBER, nullable=False),
        sa.Column("differing", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f(f"pk_{TABLE}")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f(f"fk_{TABLE}_tenant_id")),
        sa.CheckConstraint("stage >= 0 AND done_count >= 0", name=op.f(f"ck_{TABLE}_counts")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table(TABLE)
