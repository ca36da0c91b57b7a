"""Tables of tablets: devices, their scopes, and the officers bound to them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Key, KeyPart, MaybeKey, TenantKey, table_args
from field178_server.database.flask_extension import Model


class Device(Model):
    """One enrolled tablet. `verdicts` counts receipts made or changed; an exchange locks it first.

    `cursors`: how far it had read each scope when it was last seen, as JSON; null is not known yet. The
    columns from `told_at` on are the tablet's reported status; null is not reported. `root_alarm`: why the
    root that it saw is none of ours (protocol §A), and since when. `tls_pins`: the pins of the enrolment
    codes at its enrolment, blanks between; null: it trusts its system's authorities, or is older.
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


class DeviceScope(Model):
    """A scope granted to a tablet: readable while an officer's binding is active.

    `via`: the officer's own scope that this grant rests on; null: the office's grant to the tablet itself.
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


class DeviceOfficer(Model):
    """An officer who signed in on a tablet; `password_resets` as it was then.

    Alive while the account is active, its role works in the field and the office has not reset its password
    since: only such a user may stand in a change from the tablet.
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


class EnrolmentCode(Model):
    """A one-time enrolment code, stored hashed; asked again with the same key it answers the same device.

    `issued_by` is an officer of the office, null for the operator at the server.
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


class NumberLease(Model):
    """Numbers of one team's series of a year. `used_to`: the highest one on a record of the store, 0: none.

    Without a tablet they are left out: a history that was lost may have leased them. A number is in one
    row alone: whoever leases begins behind the last row, and of two at once the key refuses one.
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
