"""Add the table of leased blocks of minutes numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "number_lease",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("year", WHOLE, nullable=False),
        sa.Column("from_number", WHOLE, nullable=False),
        sa.Column("to_number", WHOLE, nullable=False),
        sa.Column("device_id", KEY, nullable=True),
        sa.Column("incarnation", KEY, nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("used_to", WHOLE, nullable=False),
        sa.Column("leased_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "scope", "year", "from_number", name=op.f("pk_number_lease")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "scope"],
            ["scope.tenant_id", "scope.scope"],
            name=op.f("fk_number_lease_tenant_id_scope"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f("fk_number_lease_tenant_id_device_id"),
        ),
        sa.CheckConstraint(
            "from_number > 0 AND to_number >= from_number AND used_to >= 0",
            name=op.f("ck_number_lease_numbers"),
        ),
        sa.CheckConstraint("(device_id IS NULL) = (incarnation IS NULL)", name=op.f("ck_number_lease_life")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_number_lease_tenant_id_device_id_incarnation"),
        "number_lease",
        ["tenant_id", "device_id", "incarnation"],
    )


def downgrade() -> None:
    op.drop_table("number_lease")
