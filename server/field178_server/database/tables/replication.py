"""Tables of replication: history, receipts, quarantine, divergent records, hash chain."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, Key, KeyPart, MaybeKey, TenantKey, table_args
from field178_server.database.packed_text import PackedText


class ChangeHistory(Base):
    """A change in the history of a record, by tablet or office; append-only except for erasures.

    `rev`: the revision that the change created, or NULL. `device_id` NULL: the office.
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
    payload: Mapped[str | None] = mapped_column(PackedText)


class StoredReceipt(Base):
    """The receipt of a pushed change with its idempotency key (id + keyed payload hash); never deleted.

    It is a row of the scope of its tablet (protocol §1): `v` is its stamp there. `first_v`: its first stamp;
    a changed receipt keeps it, and roots cover receipts by it.
    """

    __tablename__ = "receipt"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        Index(None, "tenant_id", "device_id", "v"),
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


class ReceiptCopy(Base):
    """A receipt in the scope of a second tablet that pushed the same change; `v`: its stamp there."""

    __tablename__ = "receipt_copy"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        ForeignKeyConstraint(["tenant_id", "change_id"], ["receipt.tenant_id", "receipt.change_id"]),
        Index(None, "tenant_id", "device_id", "v"),
        CheckConstraint("v > 0", name="v"),
    )

    tenant_id: Mapped[TenantKey]
    change_id: Mapped[KeyPart]
    device_id: Mapped[KeyPart]
    v: Mapped[int]


class Quarantine(Base):
    """A quarantined change: not applied, stored as sent, shown to user and office, evaluated again later.

    The key includes the payload hash, so that two contents with one id are both stored. `settled_by`,
    `settled_reason`: the officer who rejected it (`discarded`), and the reason; it can be reopened.
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


class DivergentRecord(Base):
    """A tablet's copy of a record that the store may lack; `h` is computed from its content.

    `is_sound`: the tablet sent the same hash. Applied only by a decision of the office.
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


class Root(Base):
    """A link of the hash chain over receipts (root); indexes continue through epochs, `sig` is per epoch.

    `trail_index`, `trail_hash`: the head of the audit trail's chain when the link was created.
    `access_digest`: the digest of the access state at that time; NULL: from before the state was in roots.
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
    access_digest: Mapped[str | None]


class AccessState(Base):
    """The lines of the access state at the newest root: JSON object {part: {object: digest}}."""

    __tablename__ = "access_state"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "root_index"], ["root.tenant_id", "root.root_index"]),
    )

    tenant_id: Mapped[TenantKey]
    root_index: Mapped[int]
    lines: Mapped[str]


class RootPart(Base):
    """Part of a link: a tablet's receipts up to `upto` (`first_v`) that no earlier link covers."""

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
