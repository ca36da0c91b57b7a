"""Tables of replication: history, receipts, quarantine, incarnations, root chain."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Key, KeyPart, MaybeKey, TenantKey, table_args
from field178_server.database.flask_extension import Model


class ChangeHistory(Model):
    """History: every change that reached its record, tablet's or office's; append-only but for an erasure.

    `rev` is the revision this change made, null when it made none. `device_id` null: the office.
    """

    __tablename__ = "change"
    __table_args__ = table_args(
        Index(None, "tenant_id", "record_id"),
        CheckConstraint("rev IS NULL OR rev > 0", name="rev"),
    )

    tenant_id: Mapped[TenantKey]
    change_id: Mapped[KeyPart]
    record_id: Mapped[Key]
    device_id: Mapped[MaybeKey]
    user_id: Mapped[MaybeKey]
    rev: Mapped[int | None]
    at: Mapped[str | None]
    received_at: Mapped[datetime]
    payload: Mapped[str | None]


class StoredReceipt(Model):
    """The receipt of a pushed change and, for ever, its idempotency key (id + keyed payload hash).

    `first_v` is its `v` when it was made: a receipt made anew keeps it, and roots cover receipts by it.
    `told_to`: the tablet that replaced its own and hears what becomes of it; null: its own. `v` is a count of
    the one that is told.
    """

    __tablename__ = "receipt"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        Index(None, "tenant_id", "device_id", "v"),
        Index(
            None,
            "tenant_id",
            "told_to",
            "v",
            sqlite_where=text("told_to IS NOT NULL"),
            postgresql_where=text("told_to IS NOT NULL"),
        ),
        CheckConstraint("status IN ('applied', 'unchanged', 'conflict', 'quarantined')", name="status"),
        CheckConstraint("rev >= 0 AND v > 0", name="counters"),
    )

    tenant_id: Mapped[TenantKey]
    change_id: Mapped[KeyPart]
    device_id: Mapped[Key]
    incarnation: Mapped[Key]
    n: Mapped[int]
    record_id: Mapped[Key]
    payload_hash: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str | None]
    details: Mapped[str | None]
    scope: Mapped[Key]
    rev: Mapped[int]
    seq: Mapped[int | None]
    h: Mapped[str | None]
    at: Mapped[datetime]
    v: Mapped[int]
    first_v: Mapped[int] = mapped_column(server_default="0")
    told_to: Mapped[MaybeKey]


class Quarantine(Model):
    """A change that could not be applied as sent: kept whole, shown to user and office, run again later.

    Under id + payload hash, so that two contents sent with one id are both kept. `settled_by` and
    `settled_reason`: the officer who rejected it (`discarded`), and why; it can be put back.
    """

    __tablename__ = "quarantine"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        Index(None, "tenant_id", "record_id"),
        Index(None, "tenant_id", "state", "reason"),
        CheckConstraint("state IN ('open', 'applied', 'replaced', 'discarded')", name="state"),
    )

    tenant_id: Mapped[TenantKey]
    change_id: Mapped[KeyPart]
    payload_hash: Mapped[str] = mapped_column(primary_key=True)
    device_id: Mapped[Key]
    incarnation: Mapped[Key]
    n: Mapped[int]
    record_id: Mapped[Key]
    record_type: Mapped[str]
    scope: Mapped[Key]
    user_id: Mapped[MaybeKey]
    reason: Mapped[str]
    details: Mapped[str | None]
    payload: Mapped[str | None]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="open")
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[MaybeKey]
    settled_reason: Mapped[str | None]
    v: Mapped[int]


class Incarnation(Model):
    """One life of a tablet's database: receipts digest and how far its changes are in a verified backup."""

    __tablename__ = "incarnation"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        CheckConstraint("receipt_count >= 0 AND backed_up >= 0", name="counters"),
    )

    tenant_id: Mapped[TenantKey]
    device_id: Mapped[KeyPart]
    incarnation: Mapped[KeyPart]
    receipt_count: Mapped[int] = mapped_column(default=0)
    receipt_sum: Mapped[str] = mapped_column(default="0" * 32)
    backed_up: Mapped[int] = mapped_column(default=0)


class DivergentRecord(Model):
    """One record as one tablet has it; `h` is computed from its content, whatever the tablet sent.

    `is_sound`: the tablet said the same hash. Nothing here is applied by itself.
    """

    __tablename__ = "salvage"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        Index(None, "tenant_id", "state", "received_at"),
        CheckConstraint("rev > 0", name="rev"),
        CheckConstraint("state IN ('waiting', 'taken', 'set_aside')", name="state"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    h: Mapped[KeyPart]
    device_id: Mapped[KeyPart]
    type: Mapped[Key]
    scope: Mapped[Key]
    rev: Mapped[int]
    deleted: Mapped[bool]
    body: Mapped[str]
    is_sound: Mapped[bool]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[Key | None]
    settled_reason: Mapped[str | None]


class Root(Model):
    """One link; the index runs on through epochs, `sig` holds for its own epoch alone.

    `trail_index` and `trail_hash`: how far the chain of the audit trail was when the link was made.
    """

    __tablename__ = "root"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("root_index > 0", name="root_index"),
        CheckConstraint("length(hash) = 64", name="hash"),
    )

    tenant_id: Mapped[TenantKey]
    root_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[Key]
    hash: Mapped[str]
    sig: Mapped[str]
    at: Mapped[datetime]
    trail_index: Mapped[int | None]
    trail_hash: Mapped[str | None]


class RootPart(Model):
    """Part of a link for one tablet: its receipts up to `upto` (`first_v`) that no earlier link covers."""

    __tablename__ = "root_part"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "root_index"], ["root.tenant_id", "root.root_index"]),
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        Index(None, "tenant_id", "root_index"),
        CheckConstraint("upto > 0 AND receipt_count > 0", name="counters"),
        CheckConstraint("length(digest) = 64", name="digest"),
    )

    tenant_id: Mapped[TenantKey]
    device_id: Mapped[KeyPart]
    upto: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root_index: Mapped[int]
    receipt_count: Mapped[int]
    digest: Mapped[str]
