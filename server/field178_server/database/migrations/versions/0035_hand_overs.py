"""Add hand-overs of open work, and the officer who must answer a returned record (decision 0090)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "hand_over",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("hand_over_id", KEY, nullable=False),
        sa.Column("from_id", KEY, nullable=False),
        sa.Column("to_id", KEY, nullable=False),
        sa.Column("made_by", KEY, nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("records", sa.Text(), nullable=False),
        sa.Column("undone_by", KEY, nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "hand_over_id", name=op.f("pk_hand_over")),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                ["officer.tenant_id", "officer.officer_id"],
                name=op.f(f"fk_hand_over_tenant_id_{column}"),
            )
            for column in ("from_id", "to_id")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_hand_over_tenant_id_from_id"), "hand_over", ["tenant_id", "from_id"])
    op.add_column("filed_record", sa.Column("handed_to", KEY, nullable=True))


def downgrade() -> None:
    op.drop_column("filed_record", "handed_to")
    op.drop_table("hand_over")
