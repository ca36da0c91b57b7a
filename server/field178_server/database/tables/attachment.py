"""Tables of files: references of records, uploads, stored blobs."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from field178_server.database.declarative_base import Base, Key, KeyPart, MaybeKey, TenantKey, table_args


class Attachment(Base):
    """A reference of a live record to a file; `device_id`: the first tablet with it, NULL: the office."""

    __tablename__ = "attachment"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "sha256"),
        in_key_order=True,
    )

    tenant_id: Mapped[TenantKey]
    record_id: Mapped[KeyPart]
    attachment_key: Mapped[KeyPart]
    sha256: Mapped[KeyPart]
    scope: Mapped[Key]
    size: Mapped[int]
    content_type: Mapped[str]
    kind: Mapped[str | None]
    device_id: Mapped[MaybeKey]
    named_at: Mapped[datetime]


class Upload(Base):
    """An upload of a file by a tablet; `device_id` NULL: by the office in the console.

    A `done` upload is kept: a tablet that sent a file may read it.
    The offset of an open upload is the length of its file, and not stored here.
    """

    __tablename__ = "upload"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        Index(None, "tenant_id", "sha256"),
        # Includes the size, so that the sum of a tablet's uploads needs only the index.
        Index(None, "tenant_id", "device_id", "state", "size"),
        Index(None, "tenant_id", "state", "expires_at"),
        CheckConstraint("state IN ('open', 'done', 'gone')", name="state"),
        CheckConstraint("size > 0", name="size"),
    )

    tenant_id: Mapped[TenantKey]
    upload_id: Mapped[KeyPart]
    device_id: Mapped[MaybeKey]
    record_id: Mapped[Key]
    sha256: Mapped[Key]
    size: Mapped[int]
    content_type: Mapped[str]
    metadata_text: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Blob(Base):
    """A stored file, by the hash of its bytes; `backed_up_at` set: a proved backup contains it.

    `unnamed_since`: since when the file is unreferenced; it is deleted some weeks later.
    """

    __tablename__ = "blob"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        Index(None, "tenant_id", "size"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    tenant_id: Mapped[TenantKey]
    sha256: Mapped[KeyPart]
    size: Mapped[int]
    content_type: Mapped[str]
    stored_at: Mapped[datetime]
    backed_up_at: Mapped[datetime | None]
    unnamed_since: Mapped[datetime | None]
