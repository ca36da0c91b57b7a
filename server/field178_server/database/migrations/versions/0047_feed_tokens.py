"""Add the table of feed tokens, by which programs read the office's data (decision 0108)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "feed_token",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("token_id", KEY, nullable=False),
        sa.Column("token_hash", KEY, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("made_by", KEY, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("last_read_at", INSTANT, nullable=True),
        sa.Column("requests", NUMBER, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("revoked_by", KEY, nullable=True),
        sa.CheckConstraint("length(token_hash) = 64", name=op.f("ck_feed_token_token_hash")),
        sa.CheckConstraint("length(label) BETWEEN 1 AND 120", name=op.f("ck_feed_token_label")),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_feed_token_life")),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_feed_token_revoked")),
        sa.CheckConstraint("requests >= 0", name=op.f("ck_feed_token_requests")),
        sa.PrimaryKeyConstraint("tenant_id", "token_id", name=op.f("pk_feed_token")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_feed_token_tenant_id_token_hash")),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                ["officer.tenant_id", "officer.officer_id"],
                name=op.f(f"fk_feed_token_tenant_id_{column}"),
            )
            for column in ("officer_id", "made_by", "revoked_by")
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("feed_token")
