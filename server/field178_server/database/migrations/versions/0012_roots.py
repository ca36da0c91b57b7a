"""Add the hash chain over receipts, its order of receipts, and the root alarm of tablets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
INDEX = "ix_root_part_tenant_id_root_index"


def upgrade() -> None:
    op.add_column("receipt", sa.Column("first_v", WHOLE, nullable=False, server_default="0"))
    op.execute("UPDATE receipt SET first_v = v")
    op.add_column("device", sa.Column("root_alarm", sa.Text(), nullable=True))
    op.add_column("device", sa.Column("root_alarm_at", INSTANT, nullable=True))
    op.create_table(
        "root",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("root_index", WHOLE, autoincrement=False, nullable=False),
        sa.Column("epoch", KEY, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("sig", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("root_index > 0", name=op.f("ck_root_root_index")),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_root_hash")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_root_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "root_index", name=op.f("pk_root")),
        sqlite_strict=True,
    )
    op.create_table(
        "root_part",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("upto", WHOLE, autoincrement=False, nullable=False),
        sa.Column("root_index", WHOLE, nullable=False),
        sa.Column("receipt_count", WHOLE, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.CheckConstraint("upto > 0 AND receipt_count > 0", name=op.f("ck_root_part_counters")),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_root_part_digest")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "root_index"],
            ["root.tenant_id", "root.root_index"],
            name=op.f("fk_root_part_tenant_id_root_index"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f("fk_root_part_tenant_id_device_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "device_id", "upto", name=op.f("pk_root_part")),
        sqlite_strict=True,
    )
    op.create_index(op.f(INDEX), "root_part", ["tenant_id", "root_index"])


def downgrade() -> None:
    op.drop_table("root_part")
    op.drop_table("root")
    op.drop_column("device", "root_alarm_at")
    op.drop_column("device", "root_alarm")
    op.drop_column("receipt", "first_v")
