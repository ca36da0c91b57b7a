"""Who may know of which stored bytes: those whose scopes hold a record that names them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from field178_server.models import Attachment, Blob, Upload
from field178_shared.schemas.files import RESTRICTED_KINDS


def known_blob(session: Session, tenant_id: str, scopes: Iterable[str], sha256: str) -> Blob | None:
    """Return a blob that a live record of these scopes names, else None."""
    query = (
        select(Blob)
        .join(Attachment, is_blob_of_attachment())
        .where(
            Blob.tenant_id == tenant_id,
            Blob.sha256 == sha256,
            Attachment.tenant_id == tenant_id,
            Attachment.scope.in_(sorted(scopes)),
            has_come(tenant_id),
        )
        .limit(1)
    )
    return session.scalars(query).first()


def restricted_namings(
    session: Session, tenant_id: str, scopes: Iterable[str], sha256: str
) -> tuple[Attachment, ...]:
    """Return the namings of a file of these scopes by which looking at it is written down."""
    query = select(Attachment).where(
        Attachment.tenant_id == tenant_id,
        Attachment.sha256 == sha256,
        Attachment.scope.in_(sorted(scopes)),
        Attachment.kind.in_(sorted(RESTRICTED_KINDS)),
    )
    return tuple(session.scalars(query))


def is_blob_of_attachment() -> ColumnElement[bool]:
    """Return the condition that joins a file that is named with its stored bytes."""
    return and_(Blob.tenant_id == Attachment.tenant_id, Blob.sha256 == Attachment.sha256)


def has_come(tenant_id: str) -> ColumnElement[bool]:
    """Return the condition that the bytes of an attachment came for its record.

    A hash alone opens nothing: who named the file, or somebody for that record, MUST have sent its bytes.
    """
    return exists().where(
        Upload.tenant_id == tenant_id,
        Upload.sha256 == Attachment.sha256,
        Upload.state == "done",
        or_(Upload.device_id == Attachment.device_id, Upload.record_id == Attachment.record_id),
    )
