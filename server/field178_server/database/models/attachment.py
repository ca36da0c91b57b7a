"""Tables of files: references of records, uploads, stored blobs."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from field178_server.database.declarative_base import Key, KeyPart, MaybeKey, TenantKey, table_args
from field178_server.database.flask_extension import Model


class Attachment(Model):
    """A file that a live record names; `device_id` is the tablet that named it first, null: the office."""

    __tablename__ = "attachment"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "record_id"], ["record.tenant_id", "record.record_id"]),
        Index(None, "tenant_id", "sha256"),
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


class Upload(Model):
    """One upload of one file by one tablet; `device_id` null: by the office, from its console.

    A `done` one stays: a tablet that sent the bytes may read them.
    How far an open one has come is the size of its file and nowhere else.
    """

    __tablename__ = "upload"
    __table_args__ = table_args(
        ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.device_id"]),
        Index(None, "tenant_id", "sha256"),
        # With the size: what a tablet has sent is summed from the index alone.
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


class Blob(Model):
    """A stored file under the hash of its bytes; with `backed_up_at` a proved backup contains it.

    `unnamed_since`: nothing names it any longer; it is collected some weeks later.
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
