"""Add the search text of filed records, and PostgreSQL's trigram indexes (decision 0082)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.exc import DBAPIError

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INDEX = "ix_filed_record_search"
COLUMNS = ["tenant_id", "type", "folded", "scope", "occurred_on", "record_id"]
TRIGRAMS = {"filed_record": "ix_filed_record_trigrams", "establishment_row": "ix_establishment_row_trigrams"}
KINDS = "kind IN ('violation', 'measure', 'establishment')"
KINDS_BEFORE = "kind IN ('violation', 'measure', 'establishment', 'text')"
FILED = sa.table(
    "filed_record", *(sa.column(name, sa.Text()) for name in ("tenant_id", "record_id", "folded"))
)
FACET = sa.table(
    "filed_facet", *(sa.column(name, sa.Text()) for name in ("tenant_id", "record_id", "kind", "value"))
)
AFTER = sa.tuple_(*(sa.bindparam(name, type_=sa.Text()) for name in ("tenant", "record")))
STEP = 500


def upgrade() -> None:
    op.add_column("filed_record", sa.Column("folded", sa.Text(), nullable=False, server_default=""))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    join = "group_concat" if is_sqlite else "string_agg"
    op.execute(
        "UPDATE filed_record SET folded = found.folded FROM ("  # noqa: S608  # names alone
        f"SELECT tenant_id, record_id, {join}(value, '\n' ORDER BY value) AS folded FROM filed_facet "
        "WHERE kind = 'text' GROUP BY tenant_id, record_id) AS found "
        "WHERE found.tenant_id = filed_record.tenant_id AND found.record_id = filed_record.record_id"
    )
    op.execute("DELETE FROM filed_facet WHERE kind = 'text'")
    _allow(KINDS)
    if is_sqlite:
        op.create_index(INDEX, "filed_record", COLUMNS)
    elif _has_trigrams():
        for table, index in TRIGRAMS.items():
            op.create_index(
                index, table, ["folded"], postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}
            )


def _has_trigrams() -> bool:
    """Create the search extension if the owner of the database may; return whether it exists.

    Without it a search reads all rows.
    """
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except DBAPIError:
        return False
    return True


def _allow(kinds: str) -> None:
    check = op.f("ck_filed_facet_kind")
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table(
            "filed_facet", recreate="always", table_kwargs={"sqlite_strict": True}
        ) as table:
            table.drop_constraint(check, type_="check")
            table.create_check_constraint(check, kinds)
    else:
        op.drop_constraint(check, "filed_facet", type_="check")
        op.create_check_constraint(check, "filed_facet", kinds)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(INDEX, "filed_record")
    else:
        for index in TRIGRAMS.values():
            op.execute(f"DROP INDEX IF EXISTS {index}")
    _allow(KINDS_BEFORE)
    _write_facets()
    op.drop_column("filed_record", "folded")


def _write_facets() -> None:
    connection, after = op.get_bind(), ("", "")
    page = (
        sa.select(FILED)
        .where(sa.tuple_(FILED.c.tenant_id, FILED.c.record_id) > AFTER)
        .order_by(FILED.c.tenant_id, FILED.c.record_id)
        .limit(STEP)
    )
    while rows := connection.execute(page, {"tenant": after[0], "record": after[1]}).all():
        facets = [
            {"tenant_id": row.tenant_id, "record_id": row.record_id, "kind": "text", "value": text}
            for row in rows
            for text in row.folded.split("\n")
            if text
        ]
        if facets:
            connection.execute(sa.insert(FACET), facets)
        after = (rows[-1].tenant_id, rows[-1].record_id)
