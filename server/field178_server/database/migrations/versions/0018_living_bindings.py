"""Add password resets to bindings, officers' scopes to grants, and officer and tablet to notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.add_column("officer", sa.Column("password_resets", WHOLE, nullable=False, server_default="0"))
    op.add_column("device_officer", sa.Column("password_resets", WHOLE, nullable=False, server_default="0"))
    op.add_column("device_scope", sa.Column("via", KEY, nullable=True))
    op.add_column("enrolment_code", sa.Column("issued_by", KEY, nullable=True))
    op.add_column("notice", sa.Column("officer_id", KEY, nullable=True))
    op.add_column("notice", sa.Column("device_id", KEY, nullable=True))
    op.execute(
        "UPDATE device_scope SET via = scope WHERE EXISTS (SELECT 1 FROM device_officer"
        " JOIN officer_scope ON officer_scope.tenant_id = device_officer.tenant_id"
        " AND officer_scope.officer_id = device_officer.officer_id"
        " WHERE device_officer.tenant_id = device_scope.tenant_id"
        " AND device_officer.device_id = device_scope.device_id"
        " AND officer_scope.scope = device_scope.scope)"
    )


def downgrade() -> None:
    for table, column in (
        ("notice", "device_id"),
        ("notice", "officer_id"),
        ("enrolment_code", "issued_by"),
        ("device_scope", "via"),
        ("device_officer", "password_resets"),
        ("officer", "password_resets"),
    ):
        op.drop_column(table, column)
