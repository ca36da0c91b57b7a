"""Tables of webhooks: receivers, events in their order, attempts, refused messages."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, Key, KeyPart, MaybeKey, TenantKey, table_args


class Webhook(Base):
    """A receiver of webhooks; `delivered_no`: the last delivered event; events are delivered in order.

    `kinds`: the kinds of its events, space-separated. Secrets are sealed. A sending process has the `claim`
    until `claimed_until`; a change of the row removes the claim.
    """

    __tablename__ = "webhook"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("state IN ('active', 'paused', 'stopped')", name="state"),
        CheckConstraint("delivered_no >= 0 AND attempt_count >= 0", name="counts"),
    )

    tenant_id: Mapped[TenantKey]
    webhook_id: Mapped[KeyPart]
    name: Mapped[str]
    url: Mapped[str]
    kinds: Mapped[str]
    secret: Mapped[bytes]
    earlier_secret: Mapped[bytes | None]
    earlier_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="active")
    delivered_no: Mapped[int]
    attempt_count: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    claim: Mapped[MaybeKey]
    claimed_until: Mapped[datetime | None]
    made_by: Mapped[MaybeKey]
    made_at: Mapped[datetime]


class WebhookFeed(Base):
    """Cursors of the scopes' feeds in the events: JSON of seq by scope; `last_no`: the last event.

    The row exists while there are webhooks, and is locked to add events.
    """

    __tablename__ = "webhook_feed"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("last_no >= 0", name="last_no"),
    )

    tenant_id: Mapped[TenantKey]
    cursors: Mapped[str] = mapped_column(default="{}")
    last_no: Mapped[int] = mapped_column(default=0)


class WebhookRecord(Base):
    """The last revision of a record in the events, or its revision before the first webhook."""

    __tablename__ = "webhook_record"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        CheckConstraint("rev > 0", name="rev"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    rev: Mapped[int]


class WebhookEvent(Base):
    """An event of webhooks, ordered by number: ids, type, unit and revision, without content.

    `event_id`: id of its change; `state`: the decision of a review.
    """

    __tablename__ = "webhook_event"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "happened_at"),
        CheckConstraint("event_no > 0 AND rev > 0", name="counts"),
    )

    tenant_id: Mapped[TenantKey]
    event_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[Key]
    kind: Mapped[Key]
    record_id: Mapped[Key]
    record_type: Mapped[Key]
    subject_id: Mapped[MaybeKey]
    unit_id: Mapped[MaybeKey]
    rev: Mapped[int]
    state: Mapped[str | None]
    is_deleted: Mapped[bool]
    happened_at: Mapped[datetime]


class WebhookAttempt(Base):
    """An attempt to deliver an event or a test (`event_no` NULL) to a receiver; `reason` NULL: delivered."""

    __tablename__ = "webhook_attempt"
    __table_args__ = table_args(
        ForeignKeyConstraint(
            ["tenant_id", "webhook_id"], ["webhook.tenant_id", "webhook.webhook_id"], ondelete="CASCADE"
        ),
        Index(None, "tenant_id", "webhook_id", "attempt_id"),
        CheckConstraint("status >= 0 AND duration_ms >= 0", name="counts"),
    )

    tenant_id: Mapped[TenantKey]
    attempt_id: Mapped[KeyPart]
    webhook_id: Mapped[Key]
    event_no: Mapped[int | None]
    event_id: Mapped[Key]
    kind: Mapped[Key]
    at: Mapped[datetime]
    duration_ms: Mapped[int]
    status: Mapped[int]
    reason: Mapped[str | None]


class WebhookRefused(Base):
    """A message that a receiver refused while it accepted the next one; it does not stop the delivery.

    `status`: the last HTTP status, `attempts`: their number.
    """

    __tablename__ = "webhook_refused"
    __table_args__ = table_args(
        ForeignKeyConstraint(
            ["tenant_id", "webhook_id"], ["webhook.tenant_id", "webhook.webhook_id"], ondelete="CASCADE"
        ),
        CheckConstraint("event_no > 0 AND status > 0 AND attempts > 0", name="counts"),
    )

    tenant_id: Mapped[TenantKey]
    webhook_id: Mapped[KeyPart]
    event_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[Key]
    status: Mapped[int]
    attempts: Mapped[int]
    at: Mapped[datetime]
