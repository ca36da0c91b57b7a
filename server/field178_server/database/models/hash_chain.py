"""The root chain: signed hashes, each over the one before it and the receipts made since (protocol §A)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from field178_server.database.declarative_base import Key, KeyPart, TenantKey, table_args
from field178_server.database.flask_extension import Model


class Root(Model):
    """One link; the index runs on through epochs, `sig` holds for its own epoch alone."""

    __tablename__ = "root"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        CheckConstraint("root_index > 0", name="root_index"),
        CheckConstraint("length(hash) = 64", name="hash"),
    )

    tenant_id: Mapped[TenantKey]
    root_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[Key]
    hash: Mapped[str]
    sig: Mapped[str]
    at: Mapped[datetime]


class RootPart(Model):
    """What a link covers of one tablet: its receipts up to `upto` (`first_v`) that no earlier link covers."""

    __tablename__ = "root_part"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "root_index"], ["root.tenant_id", "root.root_index"]),
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        Index(None, "tenant_id", "root_index"),
        CheckConstraint("upto > 0 AND receipt_count > 0", name="counters"),
        CheckConstraint("length(digest) = 64", name="digest"),
    )

    tenant_id: Mapped[TenantKey]
    device_id: Mapped[KeyPart]
    upto: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root_index: Mapped[int]
    receipt_count: Mapped[int]
    digest: Mapped[str]
