"""Add the table of divergent records: tablets' copies that the store may lack."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
FLAG = sa.Integer().with_variant(sa.Boolean(), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "salvage",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("h", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("type", KEY, nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("rev", WHOLE, nullable=False),
        sa.Column("deleted", FLAG, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_sound", FLAG, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "record_id", "h", "device_id", name=op.f("pk_salvage")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f("fk_salvage_tenant_id_device_id"),
        ),
        sa.CheckConstraint("rev > 0", name=op.f("ck_salvage_rev")),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'set_aside')", name=op.f("ck_salvage_state")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_salvage_tenant_id_state_received_at"), "salvage", ["tenant_id", "state", "received_at"]
    )


def downgrade() -> None:
    op.drop_table("salvage")
