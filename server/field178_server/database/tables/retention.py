"""Tables of retention: runs decided by two officers, holds of records, and the base of a thinned trail."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, Key, KeyPart, MaybeKey, TenantKey, table_args


class RetentionRun(Base):
    """A retention run: requested with its dry run, confirmed by another officer, then done by a job.

    `extent`, `result`: JSON objects of counts before and after. `files`: as of an erasure. `reduced_at`: no
    record has what was due; `erased_at`: nor have files and database pages; `proved_at`: that was checked.
    """

    __tablename__ = "retention_run"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "requested_by"], ["officer.tenant_id", "officer.officer_id"]),
        ForeignKeyConstraint(["tenant_id", "confirmed_by"], ["officer.tenant_id", "officer.officer_id"]),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> requested_by", name="two_people"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
    )

    tenant_id: Mapped[TenantKey]
    run_id: Mapped[KeyPart]
    on_day: Mapped[date]
    periods: Mapped[str]
    extent: Mapped[str]
    requested_by: Mapped[Key]
    requested_at: Mapped[datetime]
    confirmed_by: Mapped[MaybeKey]
    confirmed_at: Mapped[datetime | None]
    job_id: Mapped[MaybeKey]
    files: Mapped[str] = mapped_column(default="{}", server_default="{}")
    result: Mapped[str] = mapped_column(default="{}", server_default="{}")
    reduced_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]


class LegalHold(Base):
    """A hold by the office: the record keeps everything until its release. `reason`: a code of the lists."""

    __tablename__ = "legal_hold"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        ForeignKeyConstraint(["tenant_id", "set_by"], ["officer.tenant_id", "officer.officer_id"]),
        ForeignKeyConstraint(["tenant_id", "released_by"], ["officer.tenant_id", "officer.officer_id"]),
        Index(None, "tenant_id", "record_id"),
    )

    tenant_id: Mapped[TenantKey]
    hold_id: Mapped[KeyPart]
    record_id: Mapped[Key]
    reason: Mapped[str]
    set_by: Mapped[Key]
    set_at: Mapped[datetime]
    released_by: Mapped[MaybeKey]
    released_at: Mapped[datetime | None]


class TrailBase(Base):
    """The last entry of the audit trail that retention deleted: its index, hash and signature in the chain.

    `sig`: the server's signature over these.
    The chain of the remaining entries begins at it; roots that tablets keep contain it.
    """

    __tablename__ = "trail_base"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("chain_index > 0", name="chain_index"),
    )

    tenant_id: Mapped[TenantKey]
    chain_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chain_hash: Mapped[str]
    chain_sig: Mapped[str | None]
    sig: Mapped[str]
    at: Mapped[datetime]
