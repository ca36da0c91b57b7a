"""Add match keys of establishments, and candidates for duplicates (decision 0082)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

from field178_shared.text.normalisation import fold

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
TABLES = {
    "duplicate_key": ("tenant_id", "key", "record_id"),
    "duplicate_candidate": ("tenant_id", "record_id"),
}
_TEXTS = ("tenant_id", "record_id", "name", "establishment_type_id", "unit_id", "registration_number")
ENTRY = sa.table(
    "establishment_row",
    *(sa.column(name, sa.Text()) for name in _TEXTS),
    *(sa.column(name, sa.Integer()) for name in ("lat", "lon")),
)
SQUARE = 30_000
STEP = 5000


def upgrade() -> None:
    made = {
        name: op.create_table(
            name,
            *(sa.Column(column, KEY, nullable=False) for column in columns),
            sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{name}")),
            sa.ForeignKeyConstraint(
                ["tenant_id", "record_id"],
                ["record.tenant_id", "record.record_id"],
                name=op.f(f"fk_{name}_tenant_id_record_id"),
            ),
            sqlite_strict=True,
        )
        for name, columns in TABLES.items()
    }
    rows = op.get_bind().execute(sa.select(ENTRY).order_by(ENTRY.c.tenant_id, ENTRY.c.record_id)).all()
    holders: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        for key in _own_keys(row):
            holders.setdefault((row.tenant_id, key), set()).add(row.record_id)
    _insert(
        made["duplicate_key"], sorted((*key, record_id) for key, ids in holders.items() for record_id in ids)
    )
    candidates = {
        (row.tenant_id, record_id)
        for row in rows
        for key in _sought_keys(row)
        if (ids := holders.get((row.tenant_id, key), set())) - {row.record_id}
        for record_id in (*ids, row.record_id)
    }
    _insert(made["duplicate_candidate"], sorted(candidates))


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)


def _insert(table: sa.Table, rows: list[tuple[str, ...]]) -> None:
    names = [column.name for column in table.columns]
    for start in range(0, len(rows), STEP):
        part = [dict(zip(names, row, strict=True)) for row in rows[start : start + STEP]]
        op.get_bind().execute(sa.insert(table), part)


def _own_keys(row: Any) -> Iterator[str]:
    yield from _number(row)
    yield from _names(row, fold(row.name), 0)


def _sought_keys(row: Any) -> Iterator[str]:
    """Yield the keys of matching establishments: by number, by name, and by the endings of the name."""
    yield from _number(row)
    name = fold(row.name)
    yield from _names(row, name, SQUARE // 2)
    for at, letter in enumerate(name):
        if letter == " ":
            yield from _names(row, name[at + 1 :], SQUARE // 2)


def _number(row: Any) -> Iterator[str]:
    if number := fold(row.registration_number or ""):
        yield f"number {number}"


def _names(row: Any, name: str, reach: int) -> Iterator[str]:
    words = " ".join(reversed(name.split(" ")))
    what = f"{row.establishment_type_id} {words}"
    yield f"unit {row.unit_id} {what}"
    if row.lat is not None and row.lon is not None:
        for north in {(row.lat - reach) // SQUARE, (row.lat + reach) // SQUARE}:
            for east in {(row.lon - reach) // SQUARE, (row.lon + reach) // SQUARE}:
                yield f"square {north} {east} {what}"
