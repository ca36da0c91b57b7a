"""Add number and commune to the search text of the register (decision 0082), and saved views of officers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

from field178_shared.codelists import load
from field178_shared.text.normalisation import fold

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
_NAMES = ("tenant_id", "record_id", "name", "address", "registration_number", "unit_id", "folded")
ENTRY = sa.table("establishment_row", *(sa.column(name, sa.Text()) for name in _NAMES))
INDEX = "ix_establishment_row_search"
COLUMNS = ["tenant_id", "sort_key", "record_id", "folded", "scope"]
OLD_LIST_INDEX, LIST_INDEX = "ix_filed_record_tenant_id_type_occurred_on", "ix_filed_record_list"
LIST_COLUMNS = [
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
STEP = 500


def upgrade() -> None:
    op.drop_index(OLD_LIST_INDEX, "filed_record")
    op.create_index(LIST_INDEX, "filed_record", LIST_COLUMNS)
    op.create_table(
        "saved_view",
        *(sa.Column(name, KEY, nullable=False) for name in ("tenant_id", "officer_id", "list_name", "name")),
        sa.Column("query", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "officer_id", "list_name", "name", name=op.f("pk_saved_view")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "officer_id"],
            ["officer.tenant_id", "officer.officer_id"],
            name=op.f("fk_saved_view_tenant_id_officer_id"),
        ),
        sqlite_strict=True,
    )
    units = {key: unit.vi for key, unit in load().units.items()}
    _fold(
        lambda row: f"{row.name} {row.address} {row.registration_number or ''} {units.get(row.unit_id, '')}"
    )
    # Not on PostgreSQL, where index rows have a size limit and a table scan is as fast.
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(INDEX, "establishment_row", COLUMNS)


def _fold(text_of: Callable[[Any], str]) -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.select(ENTRY).order_by(ENTRY.c.tenant_id, ENTRY.c.record_id)).all()
    change = (
        sa.update(ENTRY)
        .where(ENTRY.c.tenant_id == sa.bindparam("tenant"), ENTRY.c.record_id == sa.bindparam("record"))
        .values(folded=sa.bindparam("text"))
    )
    values = [{"tenant": row.tenant_id, "record": row.record_id, "text": fold(text_of(row))} for row in rows]
    for start in range(0, len(values), STEP):
        connection.execute(change, values[start : start + STEP])


def downgrade() -> None:
    op.drop_index(LIST_INDEX, "filed_record")
    op.create_index(OLD_LIST_INDEX, "filed_record", LIST_COLUMNS[:3])
    op.drop_table("saved_view")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(INDEX, "establishment_row")
    _fold(lambda row: f"{row.name} {row.address}")
