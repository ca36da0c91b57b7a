"""Add the table of commitments to the list of a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

TABLE = "plan_commitment"
KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
DAY = sa.Text().with_variant(sa.Date(), "postgresql")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("day", DAY, nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "day", name=op.f(f"pk_{TABLE}")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f(f"fk_{TABLE}_tenant_id")),
        sa.CheckConstraint("length(commitment) = 64", name=op.f(f"ck_{TABLE}_commitment")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table(TABLE)
