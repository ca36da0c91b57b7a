"""Store the content of a first change only in its record until the next revision (decision 0003)."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing: payloads with the content stay valid."""


def downgrade() -> None:
    op.execute(
        """
        UPDATE change SET payload = replace(payload, '"set"\\:null', '"set"\\:' || (
            SELECT body FROM record
            WHERE record.tenant_id = change.tenant_id AND record.record_id = change.record_id
        ))
        WHERE rev = 1 AND payload LIKE '%"set"\\:null%' AND EXISTS (
            SELECT 1 FROM record
            WHERE record.tenant_id = change.tenant_id AND record.record_id = change.record_id
              AND record.rev = 1
        )
        """
    )
