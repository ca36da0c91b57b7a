"""Webhooks: receivers, the events that are told to them, and each attempt (decision 0109)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0048"
down_revision = "0046"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
FLAG = sa.Integer().with_variant(sa.Boolean(), "postgresql")
TEXT_, BYTES = sa.Text(), sa.LargeBinary()
TENANT = (["tenant_id"], "tenant", None)
RECORD = (["tenant_id", "record_id"], "record", None)

# Key, further columns, which of them may be null, foreign key, checks.
TABLES = {
    "webhook": (
        {"webhook_id": KEY},
        {
            **{"name": TEXT_, "url": TEXT_, "kinds": TEXT_, "secret": BYTES, "earlier_secret": BYTES},
            **{"earlier_until": INSTANT, "state": TEXT_, "delivered_no": NUMBER, "attempt_count": NUMBER},
            **{"next_try_at": INSTANT, "failing_since": INSTANT, "claim": KEY, "claimed_until": INSTANT},
            **{"made_by": KEY, "made_at": INSTANT},
        },
        {"earlier_secret", "earlier_until", "failing_since", "claim", "claimed_until", "made_by"},
        TENANT,
        {
            "state": "state IN ('active', 'paused', 'stopped')",
            "counts": "delivered_no >= 0 AND attempt_count >= 0",
        },
    ),
    "webhook_feed": ({}, {"cursors": TEXT_, "last_no": NUMBER}, set(), TENANT, {"last_no": "last_no >= 0"}),
    "webhook_record": ({"record_id": KEY}, {"rev": NUMBER}, set(), RECORD, {"rev": "rev > 0"}),
    "webhook_event": (
        {"event_no": NUMBER},
        {
            **{"event_id": KEY, "kind": KEY, "record_id": KEY, "record_type": KEY, "subject_id": KEY},
            **{"unit_id": KEY, "rev": NUMBER, "state": TEXT_, "is_deleted": FLAG, "happened_at": INSTANT},
        },
        {"subject_id", "unit_id", "state"},
        RECORD,
        {"counts": "event_no > 0 AND rev > 0"},
    ),
    "webhook_attempt": (
        {"attempt_id": KEY},
        {
            **{"webhook_id": KEY, "event_no": NUMBER, "event_id": KEY, "kind": KEY, "at": INSTANT},
            **{"duration_ms": NUMBER, "status": NUMBER, "reason": TEXT_},
        },
        {"event_no", "reason"},
        (["tenant_id", "webhook_id"], "webhook", "CASCADE"),
        {"counts": "status >= 0 AND duration_ms >= 0"},
    ),
}
INDEXES = {
    "webhook_event": ("tenant_id", "happened_at"),
    "webhook_attempt": ("tenant_id", "webhook_id", "attempt_id"),
}


def upgrade() -> None:
    for name, (key, more, nullable, (own, referred, ondelete), checks) in TABLES.items():
        columns = {"tenant_id": KEY, **key, **more}
        op.create_table(
            name,
            *(sa.Column(one, kind, nullable=one in nullable) for one, kind in columns.items()),
            sa.PrimaryKeyConstraint("tenant_id", *key, name=op.f(f"pk_{name}")),
            sa.ForeignKeyConstraint(
                own,
                [f"{referred}.{column}" for column in own],
                name=op.f(f"fk_{name}_{'_'.join(own)}"),
                ondelete=ondelete,
            ),
            *(sa.CheckConstraint(text, name=op.f(f"ck_{name}_{check}")) for check, text in checks.items()),
            sqlite_strict=True,
        )
    for name, columns in INDEXES.items():
        op.create_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name, columns)


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
