"""Tables of unannounced planned visits, which are no records before their window begins, and their lists."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Base, KeyPart, TenantKey, table_args


class SealedVisit(Base):
    """An unannounced planned visit before its window: encrypted, of a length that discloses nothing.

    It becomes a record under its id when its window begins.
    """

    __tablename__ = "sealed_visit"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]), CheckConstraint("rev > 0", name="rev")
    )

    tenant_id: Mapped[TenantKey]
    item_id: Mapped[KeyPart]
    rev: Mapped[int]
    sealed: Mapped[bytes]


class PlanCommitment(Base):
    """The commitment to the list of a day: its hash, and the list, sealed until the day is over.

    `opened`: the list as JSON text, from the day after.
    """

    __tablename__ = "plan_commitment"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("length(commitment) = 64", name="commitment"),
    )

    tenant_id: Mapped[TenantKey]
    day: Mapped[date] = mapped_column(primary_key=True)
    commitment: Mapped[str]
    sealed: Mapped[bytes]
    opened: Mapped[str | None]
