"""Add tables of webhooks: receivers, events, and attempts (decision 0109)."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
FLAG = sa.Integer().with_variant(sa.Boolean(), "postgresql")
TEXT_, BYTES = sa.Text(), sa.LargeBinary()
TENANT, RECORD, WEBHOOK = ("tenant", ()), ("record", ("record_id",)), ("webhook", ("webhook_id",))


class NewTable(NamedTuple):
    """A new table: columns of the key beside the tenant, other columns, nullable ones, its foreign key."""

    key: dict[str, sa.types.TypeEngine[Any]]
    columns: dict[str, sa.types.TypeEngine[Any]]
    nullable: frozenset[str]
    refers_to: tuple[str, tuple[str, ...]]
    checks: dict[str, str]
    ondelete: str | None = None


TABLES = {
    "webhook": NewTable(
        {"webhook_id": KEY},
        {
            **{"name": TEXT_, "url": TEXT_, "kinds": TEXT_, "secret": BYTES, "earlier_secret": BYTES},
            **{"earlier_until": INSTANT, "state": TEXT_, "delivered_no": NUMBER, "attempt_count": NUMBER},
            **{"next_try_at": INSTANT, "failing_since": INSTANT, "claim": KEY, "claimed_until": INSTANT},
            **{"made_by": KEY, "made_at": INSTANT},
        },
        frozenset({"earlier_secret", "earlier_until", "failing_since", "claim", "claimed_until", "made_by"}),
        TENANT,
        {
            "state": "state IN ('active', 'paused', 'stopped')",
            "counts": "delivered_no >= 0 AND attempt_count >= 0",
        },
    ),
    "webhook_feed": NewTable(
        {}, {"cursors": TEXT_, "last_no": NUMBER}, frozenset(), TENANT, {"last_no": "last_no >= 0"}
    ),
    "webhook_record": NewTable({"record_id": KEY}, {"rev": NUMBER}, frozenset(), RECORD, {"rev": "rev > 0"}),
    "webhook_event": NewTable(
        {"event_no": NUMBER},
        {
            **{"event_id": KEY, "kind": KEY, "record_id": KEY, "record_type": KEY, "subject_id": KEY},
            **{"unit_id": KEY, "rev": NUMBER, "state": TEXT_, "is_deleted": FLAG, "happened_at": INSTANT},
        },
        frozenset({"subject_id", "unit_id", "state"}),
        RECORD,
        {"counts": "event_no > 0 AND rev > 0"},
    ),
    "webhook_attempt": NewTable(
        {"attempt_id": KEY},
        {
            **{"webhook_id": KEY, "event_no": NUMBER, "event_id": KEY, "kind": KEY, "at": INSTANT},
            **{"duration_ms": NUMBER, "status": NUMBER, "reason": TEXT_},
        },
        frozenset({"event_no", "reason"}),
        WEBHOOK,
        {"counts": "status >= 0 AND duration_ms >= 0"},
        "CASCADE",
    ),
}
INDEXES = {
    "webhook_event": ("tenant_id", "happened_at"),
    "webhook_attempt": ("tenant_id", "webhook_id", "attempt_id"),
}


def upgrade() -> None:
    for name, table in TABLES.items():
        columns = {"tenant_id": KEY, **table.key, **table.columns}
        referred, own = table.refers_to[0], ("tenant_id", *table.refers_to[1])
        op.create_table(
            name,
            *(sa.Column(column, kind, nullable=column in table.nullable) for column, kind in columns.items()),
            sa.PrimaryKeyConstraint("tenant_id", *table.key, name=op.f(f"pk_{name}")),
            sa.ForeignKeyConstraint(
                own,
                [f"{referred}.{column}" for column in own],
                name=op.f(f"fk_{name}_{'_'.join(own)}"),
                ondelete=table.ondelete,
            ),
            *(
                sa.CheckConstraint(text, name=op.f(f"ck_{name}_{check}"))
                for check, text in table.checks.items()
            ),
            sqlite_strict=True,
        )
    for name, indexed in INDEXES.items():
        op.create_index(op.f(f"ix_{name}_{'_'.join(indexed)}"), name, indexed)


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
