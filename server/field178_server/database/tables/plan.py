"""Tables of unannounced planned visits, which are no records before their window begins."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped

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
