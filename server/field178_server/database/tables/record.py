"""Tables of records, their change feed, and erasures."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, Key, KeyPart, MaybeKey, TenantKey, table_args
from field178_server.database.packed_text import PackedText


class Record(Base):
    """A record; `body`: the canonical text of `data`, from which `h` is computed byte by byte.

    `subject_id`: the subject of a companion (conflict, review, entry), which moves with it.
    """

    __tablename__ = "record"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "scope"], ["scope.tenant_id", "scope.scope"]),
        CheckConstraint("rev > 0", name="rev"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("length(h) = 32", name="h"),
        Index(None, "tenant_id", "subject_id"),
        Index(None, "tenant_id", "type"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    type: Mapped[Key]
    scope: Mapped[Key]
    rev: Mapped[int]
    seq: Mapped[int]
    deleted: Mapped[bool]
    h: Mapped[str]
    body: Mapped[str] = mapped_column(PackedText)
    subject_id: Mapped[MaybeKey]


class Feed(Base):
    """The latest change of a record in a scope's feed: `put` (present) or `leave` (moved away).

    `left_rev`: for a `leave`, the last revision of the record in this scope.
    """

    __tablename__ = "feed"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "scope"], ["scope.tenant_id", "scope.scope"]),
        UniqueConstraint("tenant_id", "scope", "seq"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("kind IN ('put', 'leave')", name="kind"),
        in_key_order=True,
    )

    tenant_id: Mapped[TenantKey]
    scope: Mapped[KeyPart]
    record_id: Mapped[KeyPart]
    seq: Mapped[int]
    kind: Mapped[str]
    left_rev: Mapped[int | None]


class Erasure(Base):
    """The erasure of a record: requested, confirmed by another officer, then deleted from the disk.

    `files`: JSON object of the files to delete (`blobs` by hash, `uploads` by id). While `erased_at` is NULL
    their bytes, or old text in the database files, may still exist.
    """

    __tablename__ = "purge"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        ForeignKeyConstraint(["tenant_id", "requested_by"], ["officer.tenant_id", "officer.officer_id"]),
        ForeignKeyConstraint(["tenant_id", "confirmed_by"], ["officer.tenant_id", "officer.officer_id"]),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> requested_by", name="two_people"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    requested_by: Mapped[Key]
    requested_at: Mapped[datetime]
    reason: Mapped[str]
    confirmed_by: Mapped[MaybeKey]
    confirmed_at: Mapped[datetime | None]
    files: Mapped[str] = mapped_column(default="{}")
    erased_at: Mapped[datetime | None]
