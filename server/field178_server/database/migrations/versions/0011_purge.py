"""Add the table of erasures: requested by one officer, confirmed by another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "purge",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("requested_by", KEY, nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("confirmed_by", KEY, nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "record_id", name=op.f("pk_purge")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.record_id"],
            name=op.f("fk_purge_tenant_id_record_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "requested_by"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_purge_tenant_id_requested_by"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "confirmed_by"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_purge_tenant_id_confirmed_by"),
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> requested_by", name=op.f("ck_purge_two_people")
        ),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_purge_confirmed")
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("purge")
