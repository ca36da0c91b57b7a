"""Add audiences, delivery and confirmation of notices, and e-mails to officers (decision 0089)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
DAY = sa.Text().with_variant(sa.Date(), "postgresql")


def upgrade() -> None:
    op.add_column("notice", sa.Column("audience", KEY, nullable=True))
    op.add_column("notice", sa.Column("made_by", KEY, nullable=True))
    op.add_column("notice", sa.Column("since", INSTANT, nullable=True))
    op.add_column("officer", sa.Column("email", sa.Text(), nullable=True))
    op.add_column("officer", sa.Column("mail_topics", sa.Text(), nullable=True))
    for name, whose, at in (
        ("notice_delivery", "device", "delivered_at"),
        ("notice_reading", "officer", "read_at"),
    ):
        op.create_table(
            name,
            sa.Column("tenant_id", KEY, nullable=False),
            sa.Column("notice_id", KEY, nullable=False),
            sa.Column(f"{whose}_id", KEY, nullable=False),
            sa.Column(at, INSTANT, nullable=False),
            sa.PrimaryKeyConstraint("tenant_id", "notice_id", f"{whose}_id", name=op.f(f"pk_{name}")),
            sa.ForeignKeyConstraint(
                ["tenant_id", "notice_id"],
                ["notice.tenant_id", "notice.notice_id"],
                name=op.f(f"fk_{name}_tenant_id_notice_id"),
            ),
            sa.ForeignKeyConstraint(
                ["tenant_id", f"{whose}_id"],
                [f"{whose}.tenant_id", f"{whose}.{whose}_id"],
                name=op.f(f"fk_{name}_tenant_id_{whose}_id"),
            ),
            sqlite_strict=True,
        )
    op.create_table(
        "mail",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("mail_id", KEY, nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", DAY, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt_count", WHOLE, nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "mail_id", name=op.f("pk_mail")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "officer_id"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_mail_tenant_id_officer_id"),
        ),
        sa.CheckConstraint("kind IN ('digest', 'test')", name=op.f("ck_mail_kind")),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed')", name=op.f("ck_mail_state")),
        sa.CheckConstraint("attempt_count >= 0", name=op.f("ck_mail_attempt_count")),
        sqlite_strict=True,
    )
    for columns in (("state", "next_try_at"), ("made_at", "mail_id")):
        name = op.f(f"ix_mail_tenant_id_{'_'.join(columns)}")
        op.create_index(name, "mail", ["tenant_id", *columns])


def downgrade() -> None:
    for table in ("mail", "notice_reading", "notice_delivery"):
        op.drop_table(table)
    for table, column in (
        ("officer", "mail_topics"),
        ("officer", "email"),
        ("notice", "since"),
        ("notice", "made_by"),
        ("notice", "audience"),
    ):
        op.drop_column(table, column)
