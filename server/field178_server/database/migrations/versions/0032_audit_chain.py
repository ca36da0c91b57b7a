"""Add the hash chain of the audit trail, and indexes by object and by actor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
_INDEXES = (("object_id", "at"), ("actor_id", "at"), ("chain_index", "audit_id"))


def upgrade() -> None:
    op.add_column("audit", sa.Column("chain_index", WHOLE, nullable=True))
    op.add_column("audit", sa.Column("chain_hash", sa.Text(), nullable=True))
    op.add_column("audit", sa.Column("chain_sig", sa.Text(), nullable=True))
    for columns in _INDEXES:
        op.create_index(_name(columns), "audit", ["tenant_id", *columns])
    op.add_column("root", sa.Column("trail_index", WHOLE, nullable=True))
    op.add_column("root", sa.Column("trail_hash", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("trail_hash", "trail_index"):
        op.drop_column("root", name)
    for columns in _INDEXES:
        op.drop_index(_name(columns), "audit")
    for name in ("chain_sig", "chain_hash", "chain_index"):
        op.drop_column("audit", name)


def _name(columns: tuple[str, ...]) -> str:
    return op.f(f"ix_audit_tenant_id_{'_'.join(columns)}")
