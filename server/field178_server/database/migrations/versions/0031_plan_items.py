"""Add the projection of planned visits, and the planned visit of a filed visit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0031"
down_revision = "0029"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
FLAG = sa.Integer().with_variant(sa.Boolean(), "postgresql")
DAY = sa.Text().with_variant(sa.Date(), "postgresql")
_NAMED = {
    "sqlite": "json_extract(record.body, '$.plan_item_id')",
    "postgresql": "record.body::json ->> 'plan_item_id'",
}


def upgrade() -> None:
    op.create_table(
        "plan_item_row",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("scope", KEY, nullable=False),
        sa.Column("year", WHOLE, nullable=False),
        sa.Column("team_id", KEY, nullable=False),
        sa.Column("establishment_id", KEY, nullable=True),
        sa.Column("establishment_type_id", sa.Text(), nullable=True),
        sa.Column("unit_id", KEY, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("window_from", DAY, nullable=False),
        sa.Column("window_to", DAY, nullable=False),
        sa.Column("asked_visit_id", KEY, nullable=True),
        sa.Column("asked_follow_up_id", KEY, nullable=True),
        sa.Column("is_cancelled", FLAG, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "record_id", name=op.f("pk_plan_item_row")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"],
            ["record.tenant_id", "record.record_id"],
            name=op.f("fk_plan_item_row_tenant_id_record_id"),
        ),
        sqlite_strict=True,
    )
    for columns in (("year", "window_to"), ("scope", "window_from"), ("asked_visit_id",)):
        name = op.f(f"ix_plan_item_row_tenant_id_{'_'.join(columns)}")
        op.create_index(name, "plan_item_row", ["tenant_id", *columns])
    op.add_column("filed_record", sa.Column("plan_item_id", KEY, nullable=True))
    filed = sa.table("filed_record", *map(sa.column, ("tenant_id", "record_id", "plan_item_id")))
    record = sa.table("record", *map(sa.column, ("tenant_id", "record_id", "body")))
    same = sa.and_(record.c.tenant_id == filed.c.tenant_id, record.c.record_id == filed.c.record_id)
    # Only records with a planned visit, which are few, are parsed.
    naming = sa.exists().where(same, record.c.body.contains('"plan_item_id":'))
    named: sa.ColumnClause[str] = sa.literal_column(_NAMED[op.get_bind().dialect.name])
    op.execute(
        filed.update()
        .values(plan_item_id=sa.select(named).select_from(record).where(same).scalar_subquery())
        .where(naming)
    )


def downgrade() -> None:
    op.drop_column("filed_record", "plan_item_id")
    op.drop_table("plan_item_row")
