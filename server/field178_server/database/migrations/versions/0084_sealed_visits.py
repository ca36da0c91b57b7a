"""Add the table of unannounced planned visits before their window.

Those that lie in the office's scope already remain records until their day.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None

TABLE = "sealed_visit"
KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("rev", NUMBER, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "item_id", name=op.f(f"pk_{TABLE}")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f(f"fk_{TABLE}_tenant_id")),
        sa.CheckConstraint("rev > 0", name=op.f(f"ck_{TABLE}_rev")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table(TABLE)
