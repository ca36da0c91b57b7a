"""Add the table of facets of filed records (decision 0081)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

from field178_shared.text.normalisation import fold

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
RECORD = sa.table(
    "record",
    *(sa.column(name, sa.Text()) for name in ("tenant_id", "record_id", "type", "body")),
    sa.column("deleted", sa.Boolean()),
)
AFTER = sa.tuple_(*(sa.bindparam(name, type_=sa.Text()) for name in ("tenant", "record")))
Rows = Callable[[str, str, str, str], Iterator[dict[str, str]]]
STEP = 500
SEARCHED = ("record_code", "minutes_number", "decision_number", "venue")
NAMED = (("violation", "findings", "violation_id"), ("measure", "measures", "measure_id"))


def upgrade() -> None:
    op.create_table(
        "filed_facet",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("value", KEY, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "record_id", "kind", "value", name=op.f("pk_filed_facet")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.record_id"],
            name=op.f("fk_filed_facet_tenant_id_record_id"),
        ),
        sa.CheckConstraint(
            "kind IN ('violation', 'measure', 'establishment', 'text')", name=op.f("ck_filed_facet_kind")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_filed_facet_tenant_id_kind_value_record_id"),
        "filed_facet",
        ["tenant_id", "kind", "value", "record_id"],
    )
    is_filed = RECORD.c.type.in_(("inspection", "outreach_session"))
    _fill("filed_facet", is_filed & ~RECORD.c.deleted, _facets)


def _fill(table: str, condition: sa.ColumnElement[bool], rows_of: Rows) -> None:
    """Write the rows of stored records in steps: a store may have a hundred thousand."""
    connection, after = op.get_bind(), ("", "")
    page = (
        sa.select(RECORD.c.tenant_id, RECORD.c.record_id, RECORD.c.type, RECORD.c.body)
        .where(condition, sa.tuple_(RECORD.c.tenant_id, RECORD.c.record_id) > AFTER)
        .order_by(RECORD.c.tenant_id, RECORD.c.record_id)
        .limit(STEP)
    )
    while rows := connection.execute(page, {"tenant": after[0], "record": after[1]}).all():
        facets = [row for each in rows for row in rows_of(*each)]
        if facets:
            columns: list[sa.ColumnClause[str]] = [sa.column(name) for name in facets[0]]
            connection.execute(sa.insert(sa.table(table, *columns)), facets)
        after = (rows[-1].tenant_id, rows[-1].record_id)


def _facets(tenant: str, record: str, type_: str, body: str) -> Iterator[dict[str, str]]:
    data = json.loads(body)
    documents = [entry.get("document_number") for _, entry in _entries(data, "measures")]
    texts = [*(data.get(name) for name in SEARCHED), *documents]
    facets: set[tuple[str, str]] = {("text", fold(text)) for text in texts if isinstance(text, str) and text}
    if type_ == "outreach_session":
        facets |= {("establishment", key) for key, entry in _entries(data, "establishments")}
    else:
        facets |= {
            (kind, str(entry[name]))
            for kind, group, name in NAMED
            for _, entry in _entries(data, group)
            if entry.get(name)
        }
    for kind, value in sorted(facets):
        yield {"tenant_id": tenant, "record_id": record, "kind": kind, "value": value}


def _entries(data: dict[str, object], group: str) -> list[tuple[str, dict[str, object]]]:
    entries = data.get(group)
    rows = entries.items() if isinstance(entries, dict) else ()
    return [(key, entry) for key, entry in rows if isinstance(entry, dict) and entry]


def downgrade() -> None:
    op.drop_table("filed_facet")
