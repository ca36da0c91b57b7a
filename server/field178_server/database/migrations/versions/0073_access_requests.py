"""Add requests for access that wait for a second person (decision 0149)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

TABLE = "access_request"
KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
KINDS = "kind IN ('password', 'account', 'rights', 'membership')"
OUTCOMES = "outcome IN ('accepted', 'confirmed', 'alone', 'refused', 'withdrawn')"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("asked_by", KEY, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f(f"ck_{TABLE}_kind")),
        sa.CheckConstraint(OUTCOMES, name=op.f(f"ck_{TABLE}_outcome")),
        sa.CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name=op.f(f"ck_{TABLE}_decided")),
        sa.PrimaryKeyConstraint("tenant_id", "request_id", name=op.f(f"pk_{TABLE}")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "officer_id"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f(f"fk_{TABLE}_tenant_id_officer_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{TABLE}_tenant_id_officer_id"), TABLE, ["tenant_id", "officer_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
