"""Add the digest of the access state to roots, and its lines at the newest root."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from field178_server.database.declarative_base import KEY_TYPE

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.add_column("root", sa.Column("access_digest", sa.Text(), nullable=True))
    op.create_table(
        "access_state",
        sa.Column("tenant_id", KEY_TYPE, nullable=False),
        sa.Column("root_index", WHOLE, nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "root_index"],
            ["root.tenant_id", "root.root_index"],
            name=op.f("fk_access_state_tenant_id_root"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_access_state")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("access_state")
    op.drop_column("root", "access_digest")
