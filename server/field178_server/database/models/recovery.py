"""Salvage: records that a tablet still has and the store does not, kept until the office decides."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Key, KeyPart, TenantKey, table_args
from field178_server.database.flask_extension import Model


class DivergentRecord(Model):
    """One record as one tablet has it; `h` is what its content gives, whatever the tablet said.

    `is_sound`: the tablet said the same hash. Nothing here is applied by itself.
    """

    __tablename__ = "salvage"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        Index(None, "tenant_id", "state", "received_at"),
        CheckConstraint("rev > 0", name="rev"),
        CheckConstraint("state IN ('waiting', 'taken', 'set_aside')", name="state"),
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    h: Mapped[KeyPart]
    device_id: Mapped[KeyPart]
    type: Mapped[Key]
    scope: Mapped[Key]
    rev: Mapped[int]
    deleted: Mapped[bool]
    body: Mapped[str]
    is_sound: Mapped[bool]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[Key | None]
    settled_reason: Mapped[str | None]
