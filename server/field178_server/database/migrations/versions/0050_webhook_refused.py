"""Add the table of messages that a receiver refused while it accepted others (decision 0109)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

TABLE = "webhook_refused"
KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    own = ("tenant_id", "webhook_id")
    op.create_table(
        TABLE,
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("webhook_id", KEY, nullable=False),
        sa.Column("event_no", NUMBER, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("status", NUMBER, nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint(*own, "event_no", name=op.f(f"pk_{TABLE}")),
        sa.ForeignKeyConstraint(
            own,
            [f"webhook.{column}" for column in own],
            name=op.f(f"fk_{TABLE}_{'_'.join(own)}"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("event_no > 0 AND status > 0 AND attempts > 0", name=op.f(f"ck_{TABLE}_counts")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table(TABLE)
