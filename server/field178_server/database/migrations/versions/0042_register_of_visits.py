"""Add type and commune of the establishment in the register to filed visits (decision 0082)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INDEX = "ix_filed_record_list"
COLUMNS = [
    "tenant_id",
    "type",
    "occurred_on",
    "record_id",
    "scope",
    "unit_id",
    "team_id",
    "kind",
    "outcome",
    "review_state",
    "establishment_id",
]
NEW = ["register_type_id", "register_unit_id"]


def upgrade() -> None:
    op.add_column("filed_record", sa.Column("register_type_id", sa.Text()))
    op.add_column("filed_record", sa.Column("register_unit_id", KEY))
    op.drop_index(INDEX, "filed_record")
    op.execute("UPDATE filed_record SET register_unit_id = unit_id")
    op.execute(
        "UPDATE filed_record SET register_type_id = entry.establishment_type_id, "
        "register_unit_id = entry.unit_id FROM establishment_row AS entry "
        "WHERE entry.tenant_id = filed_record.tenant_id AND entry.record_id = filed_record.establishment_id"
    )
    op.create_index(INDEX, "filed_record", [*COLUMNS, *NEW])


def downgrade() -> None:
    op.drop_index(INDEX, "filed_record")
    for name in NEW:
        op.drop_column("filed_record", name)
    op.create_index(INDEX, "filed_record", COLUMNS)
