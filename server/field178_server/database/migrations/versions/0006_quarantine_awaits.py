"""Add the record that a quarantined change waits for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INDEX = "ix_quarantine_tenant_id_awaits"


def upgrade() -> None:
    op.add_column("quarantine", sa.Column("awaits", KEY, nullable=True))
    op.execute("UPDATE quarantine SET awaits = record_id WHERE state = 'open' AND reason = 'orphan'")
    op.create_index(op.f(INDEX), "quarantine", ["tenant_id", "awaits"])


def downgrade() -> None:
    op.drop_index(op.f(INDEX), "quarantine")
    op.drop_column("quarantine", "awaits")
