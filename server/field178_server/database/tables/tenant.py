"""Tables of the tenant and its scopes, with their counters, and of the integrity checks."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, KeyPart, TenantKey, table_args


class Tenant(Base):
    """A tenant of the store: an authority with its teams; `epoch`: id of the store's history.

    Tablet sessions of an older `session_generation` have expired.
    """

    __tablename__ = "tenant"
    __table_args__ = table_args()

    tenant_id: Mapped[TenantKey]
    name: Mapped[str]
    epoch: Mapped[str]
    payload_key: Mapped[bytes]
    session_generation: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]


class Scope(Base):
    """A scope, the unit of partial sync: sequence (raised under the row's lock), floor, digest of records."""

    __tablename__ = "scope"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("seq >= 0 AND floor >= 0 AND floor <= seq", name="seq"),
        CheckConstraint("live_count >= 0", name="live_count"),
        CheckConstraint("kind IN ('unit', 'team', 'ref', 'office')", name="kind"),
    )

    tenant_id: Mapped[TenantKey]
    scope: Mapped[KeyPart]
    kind: Mapped[str]
    seq: Mapped[int] = mapped_column(default=0)
    floor: Mapped[int] = mapped_column(default=0)
    live_count: Mapped[int] = mapped_column(default=0)
    live_sum: Mapped[str] = mapped_column(default="0" * 32)


class StoreCheck(Base):
    """The last integrity check: its times and number of faults; `faults`: JSON list of the first lines.

    `begun_at` is also the claim: the process that updates it runs the check.
    """

    __tablename__ = "store_check"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("fault_count >= 0", name="fault_count"),
    )

    tenant_id: Mapped[TenantKey]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    fault_count: Mapped[int] = mapped_column(default=0)
    faults: Mapped[str] = mapped_column(default="[]")
