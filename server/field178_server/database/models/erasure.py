"""Purges: content that one officer asked to remove for good and another one confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Key, KeyPart, MaybeKey, TenantKey, table_args
from field178_server.database.flask_extension import Model


class Erasure(Model):
    """The purge of one record: asked for, then confirmed by another officer, then gone from the disk too.

    `files` is a JSON object of the files that go with it (`blobs` by hash, `uploads` by id). While
    `erased_at` is null their bytes, or what the engine leaves of the text in its own files, may be there.
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
