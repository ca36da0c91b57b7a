"""Tables of indicator totals: totals, the contribution of each subject, and positions of counting."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, KeyPart, TenantKey, table_args


class IndicatorBasis(Base):
    """Basis of a tenant's totals; the row is locked to write a step of counting.

    `steps`: number of written steps, to detect a step that was counted before another was written.
    `windows_ended_on`: the day as of which ended windows of unannounced visits are counted.
    """

    __tablename__ = "indicator_basis"
    __table_args__ = table_args(ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]))

    tenant_id: Mapped[TenantKey]
    basis: Mapped[str] = mapped_column(default="")
    steps: Mapped[int] = mapped_column(default=0, server_default="0")
    windows_ended_on: Mapped[date | None]


class IndicatorCursor(Base):
    """Cursor of a scope's changes in the totals; `floor`: the scope's floor when its counting began."""

    __tablename__ = "indicator_cursor"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "scope"], ["scope.tenant_id", "scope.scope"]),
        CheckConstraint("seq >= 0", name="seq"),
    )

    tenant_id: Mapped[TenantKey]
    scope: Mapped[KeyPart]
    seq: Mapped[int]
    floor: Mapped[int]


class IndicatorPeriod(Base):
    """A period whose entity counts are kept up to date; `asked_on`: the last day of a request for it.

    `reached`: the last counted establishment, "" for none. `months_ended`: number of ended months of the
    period when its entities were counted, -1 while they are counted again.
    """

    __tablename__ = "indicator_period"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("state IN ('asked', 'counting', 'counted')", name="state"),
    )

    tenant_id: Mapped[TenantKey]
    first_day: Mapped[date] = mapped_column(primary_key=True)
    end_day: Mapped[date] = mapped_column(primary_key=True)
    asked_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="asked")
    reached: Mapped[str] = mapped_column(default="")
    months_ended: Mapped[int] = mapped_column(default=-1)


class IndicatorSubject(Base):
    """Contribution of a subject to the totals: JSON by review state, bucket, unit and aggregate number.

    `part`: the period of an entity's counts, "" for a record's events.
    """

    __tablename__ = "indicator_subject"
    __table_args__ = table_args(ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]), in_key_order=True)

    tenant_id: Mapped[TenantKey]
    kind: Mapped[KeyPart]
    subject_id: Mapped[KeyPart]
    part: Mapped[KeyPart]
    counts: Mapped[str]


class IndicatorLink(Base):
    """A subject to count again after a record's change: an entity of its events, a merge target, a plan."""

    __tablename__ = "indicator_link"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "kind", "subject_id", "record_id"),
        in_key_order=True,
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    kind: Mapped[KeyPart]
    subject_id: Mapped[KeyPart]


class IndicatorTotal(Base):
    """Totals of a bucket and a unit: JSON by aggregate number and value of its breakdown."""

    __tablename__ = "indicator_total"
    __table_args__ = table_args(ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]))

    tenant_id: Mapped[TenantKey]
    bucket: Mapped[KeyPart]
    unit_id: Mapped[KeyPart]
    counts: Mapped[str]
