"""Drop the column `awaits` of the quarantine: only orphans wait, and they have their record id."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INDEX = "ix_quarantine_tenant_id_awaits"


def upgrade() -> None:
    op.drop_index(op.f(INDEX), "quarantine")
    op.drop_column("quarantine", "awaits")


def downgrade() -> None:
    op.add_column("quarantine", sa.Column("awaits", KEY, nullable=True))
    op.execute("UPDATE quarantine SET awaits = record_id WHERE state = 'open' AND reason = 'orphan'")
    op.create_index(op.f(INDEX), "quarantine", ["tenant_id", "awaits"])
