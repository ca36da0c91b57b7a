"""Add dismissed duplicates (decision 0081), and filter columns to the search index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0037"
down_revision = "0035"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


SEARCH = "ix_establishment_row_search"
SEARCHED = ["tenant_id", "sort_key", "record_id", "folded", "scope"]
# Filter columns of the list, so that rows outside of the filter are not read.
FILTERED = ["unit_id", "establishment_type_id", "operating_status_id"]


def upgrade() -> None:
    _index_search([*SEARCHED, *FILTERED])
    op.create_table(
        "duplicate_dismissal",
        *(
            sa.Column(name, KEY, nullable=False)
            for name in ("tenant_id", "dismissal_id", "one_id", "other_id")
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("dismissed_by", KEY, nullable=False),
        sa.Column("dismissed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "dismissal_id", name=op.f("pk_duplicate_dismissal")),
        sa.UniqueConstraint(
            "tenant_id", "one_id", "other_id", name=op.f("uq_duplicate_dismissal_tenant_id_one_id_other_id")
        ),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_duplicate_dismissal_order")),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", name],
                ["record.tenant_id", "record.record_id"],
                name=op.f(f"fk_duplicate_dismissal_tenant_id_{name}"),
            )
            for name in ("one_id", "other_id")
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("duplicate_dismissal")
    _index_search(SEARCHED)


def _index_search(columns: list[str]) -> None:
    # Only on SQLite (decision 0082).
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(SEARCH, "establishment_row")
        op.create_index(SEARCH, "establishment_row", columns)
