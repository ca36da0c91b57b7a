"""Add the review drawer of filed records, and the counts of filed records by drawer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
STATE_INDEX = "ix_filed_record_tenant_id_review_state_received_at"
DRAWER_INDEX = "ix_filed_record_tenant_id_drawer_received_at_record_id"
ALL_INDEX = "ix_filed_record_tenant_id_received_at_record_id"


def upgrade() -> None:
    op.add_column("filed_record", sa.Column("drawer", sa.Text(), nullable=False, server_default="waiting"))
    op.execute(
        "UPDATE filed_record SET drawer = review_state "
        "WHERE review_state <> 'returned' OR rev <= coalesce(review_rev, 0)"
    )
    op.drop_index(op.f(STATE_INDEX), "filed_record")
    op.create_index(op.f(DRAWER_INDEX), "filed_record", ["tenant_id", "drawer", "received_at", "record_id"])
    op.create_index(op.f(ALL_INDEX), "filed_record", ["tenant_id", "received_at", "record_id"])
    op.create_table(
        "filed_count",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("type", KEY, nullable=False),
        sa.Column("drawer", KEY, nullable=False),
        sa.Column("record_count", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "scope", "type", "drawer", name=op.f("pk_filed_count")),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO filed_count (tenant_id, scope, type, drawer, record_count) "
        "SELECT tenant_id, scope, type, drawer, count(*) FROM filed_record "
        "GROUP BY tenant_id, scope, type, drawer"
    )


def downgrade() -> None:
    op.drop_table("filed_count")
    op.drop_index(op.f(ALL_INDEX), "filed_record")
    op.drop_index(op.f(DRAWER_INDEX), "filed_record")
    op.create_index(op.f(STATE_INDEX), "filed_record", ["tenant_id", "review_state", "received_at"])
    op.drop_column("filed_record", "drawer")
