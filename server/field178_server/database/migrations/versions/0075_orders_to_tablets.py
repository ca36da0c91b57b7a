"""Add the orders of the office to tablets, with their receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0075"
down_revision = "0073"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TEXT_ = sa.Text()


def upgrade() -> None:
    op.add_column("device", sa.Column("order_number", NUMBER, nullable=True))
    op.create_table(
        "device_order",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("kind", TEXT_, nullable=False),
        sa.Column("reason", TEXT_, nullable=False),
        sa.Column("sig", TEXT_, nullable=False),
        sa.Column("asked_by", KEY, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", KEY, nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("outcome", TEXT_, nullable=True),
        sa.Column("receipt", TEXT_, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "device_id", "number", name="pk_device_order"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name="fk_device_order_tenant_id_device_id",
        ),
        sa.CheckConstraint("kind IN ('lock', 'read_wipe', 'full_wipe', 'open')", name="kind"),
        sa.CheckConstraint("outcome IN ('done', 'refused')", name="outcome"),
        sa.CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answer"),
    )


def downgrade() -> None:
    op.drop_table("device_order")
    op.drop_column("device", "order_number")
