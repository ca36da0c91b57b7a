"""Files that an officer uploads in the console: checked like a tablet's files, and stored for one record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.attachments import upload_rows
from field178_server.attachments.previews import MAX_SIDE
from field178_server.attachments.storage.chunk import MAX_PIECE_BYTES, make_durable
from field178_server.attachments.storage.file_store import FileStore, file_store_of
from field178_server.attachments.storage.free_space import require_space_for_files
from field178_server.attachments.upload_rows import DONE, OPEN, UploadRequest, limits_of
from field178_server.attachments.validation import check_clean
from field178_server.attachments.validation.jpeg import MAX_PIXELS, fault_of_jpeg
from field178_server.database.models import Upload
from field178_server.database.unit_of_work import run_write
from field178_server.runtime import Runtime
from field178_shared.errors import AppError, ErrorCode

JPEG, PDF = "image/jpeg", "application/pdf"
_BEGINNINGS = {b"\xff\xd8": JPEG, b"%PDF-": PDF}
_QUALITY = 88


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """A stored file of the office."""

    sha256: str
    size: int
    content_type: str


def store_file(runtime: Runtime, officer_id: str, record_id: str, source: BinaryIO) -> OfficeFile:
    """Check and store a file for a record that the office is about to write.

    Raises AppError(file_refused | too_large | storage_full). A photo whose only fault is metadata is encoded
    again without it, so that the camera's position and time are never stored.
    """
    require_space_for_files(runtime.settings)
    data = source.read(MAX_PIECE_BYTES + 1)
    if len(data) > MAX_PIECE_BYTES:
        raise AppError(ErrorCode.TOO_LARGE, limit=MAX_PIECE_BYTES, unit="bytes")
    content_type = next((kind for head, kind in _BEGINNINGS.items() if data.startswith(head)), "")
    if not content_type:
        raise AppError(ErrorCode.FILE_REFUSED, problem="content_type")
    if content_type == JPEG and fault_of_jpeg(data) == "metadata":
        data = _drawn_anew(data)
    file = OfficeFile(hashlib.sha256(data).hexdigest(), len(data), content_type)
    request = _request(officer_id, record_id, file)
    upload_id, store = runtime.ids.random(), file_store_of(runtime.settings)
    store.begin(upload_id)
    try:
        _write(store, upload_id, data, content_type)
        with store.keeping():
            store.publish(upload_id, file.sha256)
            run_write(runtime.engine, lambda session: _note(session, runtime, upload_id, request))
    finally:
        store.drop(upload_id)
    return file


def known_file(
    session: Session, runtime: Runtime, officer_id: str, record_id: str, sha256: str
) -> OfficeFile | None:
    """Return a file that this officer uploaded before, and store it for this record as well; else None."""
    own = select(Upload).where(
        Upload.tenant_id == runtime.tenant_id,
        Upload.sha256 == sha256,
        Upload.device_id.is_(None),
        Upload.metadata_text == _sender(officer_id),
        Upload.state == DONE,
    )
    rows = list(session.scalars(own))
    if not rows:
        return None
    file = OfficeFile(sha256, rows[0].size, rows[0].content_type)
    if all(row.record_id != record_id for row in rows):
        key, request = (runtime.tenant_id, runtime.ids.random()), _request(officer_id, record_id, file)
        upload_rows.begin(session, key, None, request, DONE, runtime.clock.now())
    return file


def _write(store: FileStore, upload_id: str, data: bytes, content_type: str) -> None:
    with store.locked(upload_id) as file:
        assert file is not None
        file.write(data)
        make_durable(file)
        check_clean(file, content_type)


def _note(session: Session, runtime: Runtime, upload_id: str, request: UploadRequest) -> None:
    now = runtime.clock.now()
    upload_rows.check_limits(session, runtime.tenant_id, None, request, limits_of(runtime.settings))
    row = upload_rows.begin(session, (runtime.tenant_id, upload_id), None, request, OPEN, now)
    upload_rows.complete(session, row, now)


def _request(officer_id: str, record_id: str, file: OfficeFile) -> UploadRequest:
    return UploadRequest(file.sha256, file.size, file.content_type, record_id, _sender(officer_id))


def _sender(officer_id: str) -> str:
    return f"officer {officer_id}"


def _drawn_anew(data: bytes) -> bytes:
    # Imported here: only photos with metadata need the image library.
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise AppError(ErrorCode.FILE_REFUSED, problem="too_many_pixels")
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, SyntaxError, ValueError):
        raise AppError(ErrorCode.FILE_REFUSED, problem="not_jpeg") from None
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    written = BytesIO()
    upright.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()
