"""Drop the tables of tablet sessions and nonces, which are keyed tokens; add the session generation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.drop_table("challenge")
    op.drop_table("device_session")
    op.add_column("tenant", sa.Column("session_generation", WHOLE, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("tenant", "session_generation")
    op.create_table(
        "challenge",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("nonce_hash", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "nonce_hash", name=op.f("pk_challenge")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_challenge_tenant_id_expires_at"), "challenge", ["tenant_id", "expires_at"])
    op.create_table(
        "device_session",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("token_hash", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "token_hash", name=op.f("pk_device_session")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.device_id"],
            name=op.f("fk_device_session_tenant_id_device_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_device_session_tenant_id_device_id"), "device_session", ["tenant_id", "device_id"]
    )
