"""Add passkeys of officers, and challenges that wait for an answer of one (decision 0151)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("passkey_id", KEY, nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("credential_id", KEY, nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkey_sign_count")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 64", name=op.f("ck_passkey_name")),
        sa.PrimaryKeyConstraint("tenant_id", "passkey_id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("tenant_id", "credential_id", name=op.f("uq_passkey_tenant_id_credential_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "officer_id"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_passkey_tenant_id_officer_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_passkey_tenant_id_officer_id"), "passkey", ["tenant_id", "officer_id"])
    op.create_table(
        "passkey_challenge",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("challenge_hash", KEY, nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "purpose IN ('register', 'sign_in', 'confirm')", name=op.f("ck_passkey_challenge_purpose")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "challenge_hash", name=op.f("pk_passkey_challenge")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "officer_id"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_passkey_challenge_tenant_id_officer_id"),
        ),
        sqlite_strict=True,
    )
    op.add_column("officer", sa.Column("passkey_count", NUMBER, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("officer", "passkey_count")
    op.drop_table("passkey_challenge")
    op.drop_table("passkey")
