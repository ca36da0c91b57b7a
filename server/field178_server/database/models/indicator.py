"""Tables of the counts behind the figures: totals, what each subject adds to them, and how far they are."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import KeyPart, TenantKey, table_args
from field178_server.database.flask_extension import Model


class IndicatorBasis(Model):
    """What the counts of a tenant were made by; its row is claimed by whoever writes a step of settling.

    `steps`: how many were written, so that a step counted before another one was written is seen.
    `windows_ended_on`: the day as of which windows of unannounced visits that ended are counted.
    """

    __tablename__ = "indicator_basis"
    __table_args__ = table_args(ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]))

    tenant_id: Mapped[TenantKey]
    basis: Mapped[str] = mapped_column(default="")
    steps: Mapped[int] = mapped_column(default=0, server_default="0")
    windows_ended_on: Mapped[date | None]


class IndicatorCursor(Model):
    """How far the changes of a scope are in the counts; `floor`: that of the scope when its count began."""

    __tablename__ = "indicator_cursor"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "scope"], ["scope.tenant_id", "scope.scope"]),
        CheckConstraint("seq >= 0", name="seq"),
    )

    tenant_id: Mapped[TenantKey]
    scope: Mapped[KeyPart]
    seq: Mapped[int]
    floor: Mapped[int]


class IndicatorPeriod(Model):
    """A period whose entities are kept counted; `asked_on` is the last day on which somebody wanted it.

    `reached`: the last establishment counted, "" none. `months_ended`: how many months of the period had
    ended when its entities were counted, -1 while that is counted anew.
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


class IndicatorSubject(Model):
    """What a subject adds to the totals: JSON by review state, bucket, unit and number of the aggregate.

    `part` is the period of an entity's counts, "" for what a record counts by its events.
    """

    __tablename__ = "indicator_subject"
    __table_args__ = table_args(ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]))

    tenant_id: Mapped[TenantKey]
    kind: Mapped[KeyPart]
    subject_id: Mapped[KeyPart]
    part: Mapped[KeyPart]
    counts: Mapped[str]


class IndicatorLink(Model):
    """A subject that changes with a record: an entity that has events of it, the end of a merge, a plan."""

    __tablename__ = "indicator_link"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "kind", "subject_id", "record_id"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    kind: Mapped[KeyPart]
    subject_id: Mapped[KeyPart]


class IndicatorTotal(Model):
    """The counts of a bucket and a unit: JSON by number of the aggregate and value of its breakdown."""

    __tablename__ = "indicator_total"
    __table_args__ = table_args(ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]))

    tenant_id: Mapped[TenantKey]
    bucket: Mapped[KeyPart]
    unit_id: Mapped[KeyPart]
    counts: Mapped[str]
