"""Tables of webhooks: receivers, the events told to them in one order, attempts, what was passed over."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Key, KeyPart, MaybeKey, TenantKey, table_args
from field178_server.database.flask_extension import Model


class Webhook(Model):
    """One receiver; `delivered_no` is the last event it has taken, and the next one waits until it is taken.

    `kinds` are the kinds of events it is told of, with blanks between. Secrets are sealed. A process that
    sends holds `claim` until `claimed_until`; whoever changes the row takes the claim away.
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


class WebhookFeed(Model):
    """How far the feeds of the scopes are in the events: JSON of seq by scope; `last_no`: the last event.

    There is one while there are webhooks; its row is locked by whoever adds events.
    """

    __tablename__ = "webhook_feed"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("last_no >= 0", name="last_no"),
    )

    tenant_id: Mapped[TenantKey]
    cursors: Mapped[str] = mapped_column(default="{}")
    last_no: Mapped[int] = mapped_column(default=0)


class WebhookRecord(Model):
    """The last revision of a record that is in the events, or was there before the first webhook."""

    __tablename__ = "webhook_record"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        CheckConstraint("rev > 0", name="rev"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    rev: Mapped[int]


class WebhookEvent(Model):
    """One event, in the order in which it is told: ids, type, unit and revision, nothing of the content.

    `event_id` is that of the change behind it; `state`: what a review decided.
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


class WebhookAttempt(Model):
    """One attempt to tell a receiver of one event, or of a test (`event_no` null); `reason` null: taken."""

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


class WebhookRefused(Model):
    """One message that a receiver refused while it took the next one: it holds up nothing.

    `status` is the last answer to it, `attempts` the count of them.
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
