"""Table of the records that officers have open in the review."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from field178_server.database.declarative_base import Base, KeyPart, TenantKey, table_args


class RecordView(Base):
    """The last revision of a record that an officer opened, with its time; kept for a few days."""

    __tablename__ = "record_view"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "officer_id"], ["officer.tenant_id", "officer.officer_id"]),
        Index(None, "tenant_id", "at"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    officer_id: Mapped[KeyPart]
    rev: Mapped[int]
    at: Mapped[datetime]
