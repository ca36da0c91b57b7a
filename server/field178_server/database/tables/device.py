"""Tables of tablets: devices, their scopes, and the officers bound to them."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, Key, KeyPart, MaybeKey, TenantKey, table_args


class Device(Base):
    """An enrolled tablet, with the state of the scope of its receipts; exchanges lock this row first.

    `verdicts`: the highest stamp in that scope. `receipt_count`, `receipt_sum`: the digest of the receipts in
    it. `backed_up`: the highest stamp in the newest backup that was verified by a restore.
    `cursors`: JSON of the cursors by scope at its last contact; NULL: unknown. The columns from `told_at` on:
    the tablet's reported status; NULL: not reported. `root_alarm`, `root_alarm_at`: the kind of a
    contradiction to its root (protocol §A), and its time. `tls_pins`: the TLS pins that it trusts,
    space-separated; NULL: it trusts public authorities, or was enrolled before this column. `order_number`:
    the order of the office that stands, NULL: none; while one stands the tablet reads nothing. `key_number`:
    the last announcement of keys that it follows.
    """

    __tablename__ = "device"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("verdicts >= 0", name="verdicts"),
        CheckConstraint("length(label) <= 64", name="label"),
    )

    tenant_id: Mapped[TenantKey]
    device_id: Mapped[KeyPart]
    label: Mapped[str]
    public_key: Mapped[str]
    user_id: Mapped[MaybeKey]
    verdicts: Mapped[int] = mapped_column(default=0)
    receipt_count: Mapped[int] = mapped_column(default=0, server_default="0")
    receipt_sum: Mapped[str] = mapped_column(default="0" * 32, server_default="0" * 32)
    backed_up: Mapped[int] = mapped_column(default=0, server_default="0")
    enrolled_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    app_version: Mapped[str | None]
    clock_offset_ms: Mapped[int | None]
    cursors: Mapped[str | None]
    told_at: Mapped[datetime | None]
    unsent_count: Mapped[int | None]
    unsent_file_count: Mapped[int | None]
    free_mb: Mapped[int | None]
    mismatch_count: Mapped[int | None]
    mismatch_records: Mapped[str | None]
    root_alarm: Mapped[str | None]
    root_alarm_at: Mapped[datetime | None]
    tls_pins: Mapped[str | None]
    key_store: Mapped[str | None]
    order_number: Mapped[int | None] = mapped_column(BigInteger)
    key_number: Mapped[int] = mapped_column(default=0, server_default="0")


class DeviceOrder(Base):
    """An order of the office to a tablet, signed when it is given, with the receipt of the tablet.

    `number`: the time of the order in milliseconds, so that numbers rise after a restore too. `delivered_at`:
    the first answer with the order. `asked_by`, `withdrawn_by`: an officer; NULL: the operator of the server.
    """

    __tablename__ = "device_order"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        CheckConstraint("kind IN ('lock', 'read_wipe', 'full_wipe', 'open')", name="kind"),
        CheckConstraint("outcome IN ('done', 'refused')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answer"),
    )

    tenant_id: Mapped[TenantKey]
    device_id: Mapped[KeyPart]
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    reason: Mapped[str]
    sig: Mapped[str]
    asked_by: Mapped[MaybeKey]
    asked_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    withdrawn_by: Mapped[MaybeKey]
    withdrawn_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    receipt: Mapped[str | None]


class DeviceScope(Base):
    """A grant of a scope to a tablet; it takes effect while an officer's binding is active.

    `via`: the officer's scope that the grant depends on; NULL: a grant to the tablet itself.
    """

    __tablename__ = "device_scope"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        ForeignKeyConstraint(["tenant_id", "scope"], ["scope.tenant_id", "scope.scope"]),
        Index(None, "tenant_id", "scope"),
    )

    tenant_id: Mapped[TenantKey]
    device_id: Mapped[KeyPart]
    scope: Mapped[KeyPart]
    via: Mapped[MaybeKey]
    granted_at: Mapped[datetime]


class DeviceOfficer(Base):
    """A binding of an officer to a tablet by a sign-in; `password_resets`: of the officer at that time.

    Active while the account is enabled, has a field role and its password was not reset since: only such an
    officer may be the user of a change from the tablet.
    """

    __tablename__ = "device_officer"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
    )

    tenant_id: Mapped[TenantKey]
    device_id: Mapped[KeyPart]
    officer_id: Mapped[KeyPart]
    bound_at: Mapped[datetime]
    password_resets: Mapped[int] = mapped_column(default=0, server_default="0")


class EnrolmentCode(Base):
    """A one-time enrolment code, stored hashed; a repeated claim with the same key returns the same device.

    `issued_by`: an officer; NULL: the operator of the server.
    """

    __tablename__ = "enrolment_code"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
    )

    tenant_id: Mapped[TenantKey]
    code_hash: Mapped[KeyPart]
    officer_id: Mapped[Key]
    scopes: Mapped[str]
    issued_by: Mapped[MaybeKey]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    device_id: Mapped[MaybeKey]
    public_key: Mapped[str | None]


class NumberLease(Base):
    """A leased block of one team's minutes numbers of a year. `used_to`: the highest used number, 0: none.

    Without a tablet the numbers are skipped: they were perhaps leased after the restored backup. Blocks do
    not overlap: a lease begins after the last row, and the key refuses one of two concurrent leases.
    """

    __tablename__ = "number_lease"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "scope"], ["scope.tenant_id", "scope.scope"]),
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        Index(None, "tenant_id", "device_id", "incarnation"),
        CheckConstraint("from_number > 0 AND to_number >= from_number AND used_to >= 0", name="numbers"),
        CheckConstraint("(device_id IS NULL) = (incarnation IS NULL)", name="life"),
    )

    tenant_id: Mapped[TenantKey]
    scope: Mapped[KeyPart]
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    to_number: Mapped[int]
    device_id: Mapped[MaybeKey]
    incarnation: Mapped[MaybeKey]
    code: Mapped[str | None]
    used_to: Mapped[int] = mapped_column(default=0)
    leased_at: Mapped[datetime]
