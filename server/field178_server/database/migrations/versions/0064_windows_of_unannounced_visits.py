"""Add the day as of which ended windows of unannounced visits are counted; reset all totals.

The former totals include unannounced visits whose window has not ended.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0062"
branch_labels = None
depends_on = None

DAY = sa.Text().with_variant(sa.Date(), "postgresql")


def upgrade() -> None:
    op.add_column("indicator_basis", sa.Column("windows_ended_on", DAY, nullable=True))
    _forget()


def downgrade() -> None:
    op.drop_column("indicator_basis", "windows_ended_on")
    _forget()


def _forget() -> None:
    op.execute("UPDATE indicator_basis SET basis = '', steps = steps + 1")
