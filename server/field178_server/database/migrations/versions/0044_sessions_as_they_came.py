"""Add an index of outreach sessions by time of receipt: there are five visits per session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

INDEX = "ix_filed_record_sessions"
IS_SESSION = sa.text("type = 'outreach_session'")


def upgrade() -> None:
    op.create_index(
        INDEX,
        "filed_record",
        ["tenant_id", "received_at", "record_id"],
        sqlite_where=IS_SESSION,
        postgresql_where=IS_SESSION,
    )


def downgrade() -> None:
    op.drop_index(INDEX, "filed_record")
