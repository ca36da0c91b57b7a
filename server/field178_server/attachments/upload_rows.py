"""Rows of uploads and blobs, written in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from field178_server.database.declarative_base import table_of
from field178_server.database.engine import changed_rows
from field178_server.database.models import (
    Attachment,
    Blob,
    ChangeHistory,
    DeviceOfficer,
    DeviceScope,
    Quarantine,
    Record,
    Tenant,
    Upload,
)
from field178_server.settings import Settings
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.protocol import ERASED_OPENING

OPEN, DONE, GONE = "open", "done", "gone"
UPLOAD_LIFE = timedelta(days=30)
MAX_OPEN = 2_000
_SWEPT_AT_ONCE = 50
_MEGABYTE = 1 << 20


# Statements are built once: building costs as much as running.
_TENANT: BindParameter[str] = bindparam("tenant_id")
_OWN = (Upload.tenant_id == _TENANT, Upload.device_id == bindparam("device_id"))
_BY_ID = select(Upload).where(*_OWN, Upload.upload_id == bindparam("upload_id"))
_TAKEN = select(
    select(func.count()).where(*_OWN, Upload.state == OPEN).scalar_subquery(),
    select(func.coalesce(func.sum(Upload.size), 0)).where(*_OWN, Upload.state != GONE).scalar_subquery(),
    select(func.coalesce(func.sum(Blob.size), 0)).where(Blob.tenant_id == _TENANT).scalar_subquery(),
    select(func.coalesce(func.sum(Upload.size), 0))
    .where(Upload.tenant_id == _TENANT, Upload.state == OPEN)
    .scalar_subquery(),
)
# Uses the table: with the class, SQLAlchemy would take the parameters for an update by primary key.
_UPLOADS = table_of(Upload)
_OF_TENANT = _UPLOADS.c.tenant_id == bindparam("of_tenant")
_SET_STATE = (
    update(_UPLOADS)
    .where(_OF_TENANT, _UPLOADS.c.upload_id == bindparam("of_upload"), _UPLOADS.c.state == OPEN)
    .values(state=bindparam("new_state"))
)
_BODY = (
    select(Record.body)
    .where(Record.tenant_id == _TENANT, Record.record_id == bindparam("record_id"))
    .with_for_update(read=True)
)
_LATE = (
    select(Upload)
    .where(Upload.tenant_id == _TENANT, Upload.state == OPEN, Upload.expires_at <= bindparam("now"))
    .order_by(Upload.expires_at)
    .limit(_SWEPT_AT_ONCE)
)
_FORGOTTEN = delete(_UPLOADS).where(
    _OF_TENANT, _UPLOADS.c.state == GONE, _UPLOADS.c.expires_at <= bindparam("until")
)
# Serializes the starts of uploads of a tenant: two concurrent starts could both fit into the same limit.
_TURN = select(Tenant.tenant_id).where(Tenant.tenant_id == _TENANT).with_for_update(key_share=True)


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """Request of an upload; `metadata_text`: its header as sent."""

    sha256: str
    size: int
    content_type: str
    record_id: str
    metadata_text: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of uploads in bytes: one file, all of one tablet, all of the tenant."""

    file: int
    device: int
    tenant: int


def limits_of(settings: Settings) -> Limits:
    """Return the limits of uploads in the settings."""
    return Limits(
        settings.upload_file_mb * _MEGABYTE,
        settings.upload_device_mb * _MEGABYTE,
        settings.upload_tenant_mb * _MEGABYTE,
    )


def begin(
    session: Session,
    key: tuple[str, str],
    device_id: str | None,
    request: UploadRequest,
    state: str,
    now: datetime,
) -> Upload:
    """Store a new upload under its key (tenant, upload)."""
    row = Upload(
        tenant_id=key[0],
        upload_id=key[1],
        device_id=device_id,
        record_id=request.record_id,
        sha256=request.sha256,
        size=request.size,
        content_type=request.content_type,
        metadata_text=request.metadata_text,
        state=state,
        created_at=now,
        expires_at=now + UPLOAD_LIFE,
    )
    session.add(row)
    session.flush()
    return row


def check_limits(
    session: Session, tenant_id: str, device_id: str | None, request: UploadRequest, limits: Limits
) -> None:
    """Raise AppError(too_large) with limit and unit if an upload exceeds a limit.

    Open uploads count with their full size. Other uploads of the tenant wait until the transaction ends.
    """
    if request.size > limits.file:
        raise AppError(ErrorCode.TOO_LARGE, limit=limits.file, unit="bytes")
    session.execute(_TURN, {"tenant_id": tenant_id})
    sender = {"tenant_id": tenant_id, "device_id": device_id}
    opened, sent, stored, coming = session.execute(_TAKEN, sender).one()
    if opened >= MAX_OPEN:
        raise AppError(ErrorCode.TOO_LARGE, limit=MAX_OPEN, unit="open_uploads")
    if sent + request.size > limits.device:
        raise AppError(ErrorCode.TOO_LARGE, limit=limits.device, unit="bytes_of_device")
    if stored + coming + request.size > limits.tenant:
        raise AppError(ErrorCode.TOO_LARGE, limit=limits.tenant, unit="bytes_of_tenant")


def refuse_erased(session: Session, tenant_id: str, device_id: str, record_id: str) -> None:
    """Raise AppError(file_refused) for a file of an erased record: erased content MUST NOT be stored again.

    A tablet that never had the record MUST NOT learn of the erasure: its bytes are accepted and not kept.
    Locks the record, so that an erasure waits until the transaction ends. MUST be the first lock.
    """
    if _is_erased(session, tenant_id, record_id) and _has_had(session, tenant_id, device_id, record_id):
        raise _refusal()


def refuse_unnamed(session: Session, tenant_id: str, device_id: str, request: UploadRequest) -> None:
    """Raise AppError(sign_in_needed) for a file that no change of this tablet references.

    A tablet without an officer may only send files of its own records; without a former officer it has none.
    """
    has_begun = exists().where(DeviceOfficer.tenant_id == tenant_id, DeviceOfficer.device_id == device_id)
    in_record = exists().where(
        Attachment.tenant_id == tenant_id,
        Attachment.record_id == request.record_id,
        Attachment.sha256 == request.sha256,
        Attachment.device_id == device_id,
    )
    in_quarantine = exists().where(
        Quarantine.tenant_id == tenant_id,
        Quarantine.record_id == request.record_id,
        Quarantine.device_id == device_id,
        Quarantine.payload.contains(request.sha256),
    )
    if not session.scalar(select(and_(has_begun, or_(in_record, in_quarantine)))):
        raise AppError(ErrorCode.SIGN_IN_NEEDED)


def find(session: Session, tenant_id: str, device_id: str, upload_id: str) -> Upload:
    """Return an upload of this tablet; raise AppError(not_found) if unknown or of another tablet."""
    keys = {"tenant_id": tenant_id, "upload_id": upload_id, "device_id": device_id}
    row = session.scalars(_BY_ID, keys).one_or_none()
    if row is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return row


def complete(session: Session, upload: Upload, now: datetime) -> bool:
    """Mark an upload as done; return whether its bytes are kept. The bytes MUST be stored already.

    Raises AppError(upload_gone) if it was given up meanwhile; AppError(file_refused) if its record was erased
    meanwhile, unless the file has a row already.
    """
    tenant_id, record_id = upload.tenant_id, upload.record_id
    is_erased = _is_erased(session, tenant_id, record_id)
    is_refused = is_erased and _has_had(session, tenant_id, upload.device_id, record_id)
    if not _set_state(session, upload, DONE):
        own = (Upload.tenant_id == tenant_id, Upload.upload_id == upload.upload_id)
        if session.scalar(select(Upload.state).where(*own)) == DONE:
            return True
        raise _refusal() if is_refused else AppError(ErrorCode.UPLOAD_GONE)
    blob = session.get(Blob, (tenant_id, upload.sha256))
    if blob is not None:
        # No collection runs at this time: the caller has the shared lock `keeping`.
        blob.unnamed_since = None
    elif is_refused:
        raise _refusal()
    elif not is_erased:
        session.add(
            Blob(
                tenant_id=upload.tenant_id,
                sha256=upload.sha256,
                size=upload.size,
                content_type=upload.content_type,
                stored_at=now,
                backed_up_at=None,
            )
        )
    return blob is not None or not is_erased


def give_up(session: Session, upload: Upload) -> None:
    """Mark an open upload as given up."""
    _set_state(session, upload, GONE)


def late(session: Session, tenant_id: str, now: datetime) -> list[Upload]:
    """Return some open uploads that have expired, the earliest first."""
    return list(session.scalars(_LATE, {"tenant_id": tenant_id, "now": now}))


def forget(session: Session, tenant_id: str, now: datetime) -> None:
    """Delete expired uploads after a second lifetime; clients have been told by then."""
    session.execute(_FORGOTTEN, {"of_tenant": tenant_id, "until": now - UPLOAD_LIFE})


def _set_state(session: Session, upload: Upload, state: str) -> bool:
    # Only open uploads change their state.
    values = {"of_tenant": upload.tenant_id, "of_upload": upload.upload_id, "new_state": state}
    return changed_rows(session.execute(_SET_STATE, values)) == 1


def _is_erased(session: Session, tenant_id: str, record_id: str) -> bool:
    # The row stays locked until commit: a concurrent erasure would miss the stored file.
    body = session.scalar(_BODY, {"tenant_id": tenant_id, "record_id": record_id})
    return body is not None and body.startswith(ERASED_OPENING)


def _has_had(session: Session, tenant_id: str, device_id: str | None, record_id: str) -> bool:
    """Return whether a tablet wrote or may read a record; True for the office (no device id)."""
    wrote = exists().where(
        ChangeHistory.tenant_id == tenant_id,
        ChangeHistory.record_id == record_id,
        ChangeHistory.device_id == device_id,
    )
    reads = exists().where(
        Record.tenant_id == tenant_id,
        Record.record_id == record_id,
        DeviceScope.tenant_id == tenant_id,
        DeviceScope.device_id == device_id,
        DeviceScope.scope == Record.scope,
    )
    return device_id is None or bool(session.scalar(select(or_(wrote, reads))))


def _refusal() -> AppError:
    return AppError(ErrorCode.FILE_REFUSED, problem="purged")
