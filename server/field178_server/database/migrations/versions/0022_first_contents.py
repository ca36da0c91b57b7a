"""What a first change set lies in its record alone until another revision is made (decision 0003)."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Leave what is stored twice as it is: both forms are read."""


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
