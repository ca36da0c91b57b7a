"""Add totals of the indicators, contributions of records and entities, and cursors (decision 0101)."""

from __future__ import annotations

from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
DAY = sa.Text().with_variant(sa.Date(), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TEXT_ = sa.Text()
TENANT = (["tenant_id"], "tenant")
Columns: TypeAlias = "dict[str, sa.types.TypeEngine[Any]]"
# Columns of the key, other columns, foreign key, checks.
TABLES: dict[str, tuple[Columns, Columns, tuple[list[str], str], dict[str, str]]] = {
    "indicator_basis": ({}, {"basis": TEXT_}, TENANT, {}),
    "indicator_cursor": (
        {"scope": KEY},
        {"seq": NUMBER, "floor": NUMBER},
        (["tenant_id", "scope"], "scope"),
        {"seq": "seq >= 0"},
    ),
    "indicator_period": (
        {"first_day": DAY, "end_day": DAY},
        {"asked_on": DAY, "state": TEXT_, "reached": TEXT_, "months_ended": NUMBER},
        TENANT,
        {"state": "state IN ('asked', 'counting', 'counted')"},
    ),
    "indicator_subject": ({"kind": KEY, "subject_id": KEY, "part": KEY}, {"counts": TEXT_}, TENANT, {}),
    "indicator_link": (
        {"record_id": KEY, "kind": KEY, "subject_id": KEY},
        {},
        (["tenant_id", "record_id"], "record"),
        {},
    ),
    "indicator_total": ({"bucket": KEY, "unit_id": KEY}, {"counts": TEXT_}, TENANT, {}),
}
LINKED = ("tenant_id", "kind", "subject_id", "record_id")


def upgrade() -> None:
    for name, (key, more, (own, referred), checks) in TABLES.items():
        columns = {"tenant_id": KEY, **key, **more}
        op.create_table(
            name,
            *(sa.Column(column, kind, nullable=False) for column, kind in columns.items()),
            sa.PrimaryKeyConstraint("tenant_id", *key, name=op.f(f"pk_{name}")),
            sa.ForeignKeyConstraint(
                own,
                [f"{referred}.{column}" for column in own],
                name=op.f(f"fk_{name}_{'_'.join(own)}"),
            ),
            *(sa.CheckConstraint(text, name=op.f(f"ck_{name}_{check}")) for check, text in checks.items()),
            sqlite_strict=True,
        )
    op.create_index(op.f(f"ix_indicator_link_{'_'.join(LINKED)}"), "indicator_link", LINKED)


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
