"""Tables of possible duplicates in the register: dismissed pairs, match keys, candidates."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from field178_server.database.declarative_base import Base, Key, KeyPart, TenantKey, table_args


class DuplicateDismissal(Base):
    """A dismissed duplicate: two establishments that are not the same, with officer and reason.

    `one_id` is the smaller of the two ids, so that a pair has one row.
    """

    __tablename__ = "duplicate_dismissal"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "one_id"], ["record.tenant_id", "record.record_id"]),
        ForeignKeyConstraint(["tenant_id", "other_id"], ["record.tenant_id", "record.record_id"]),
        UniqueConstraint("tenant_id", "one_id", "other_id"),
        CheckConstraint("one_id < other_id", name="order"),
    )

    tenant_id: Mapped[TenantKey]
    dismissal_id: Mapped[KeyPart]
    one_id: Mapped[Key]
    other_id: Mapped[Key]
    reason: Mapped[str]
    dismissed_by: Mapped[Key]
    dismissed_at: Mapped[datetime]


class DuplicateKey(Base):
    """A match key of an establishment: its number, or its type, name and place."""

    __tablename__ = "duplicate_key"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        in_key_order=True,
    )

    tenant_id: Mapped[TenantKey]
    key: Mapped[KeyPart]
    record_id: Mapped[KeyPart]


class DuplicateCandidate(Base):
    """An establishment that matched another one; the other may be deleted or changed since."""

    __tablename__ = "duplicate_candidate"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
