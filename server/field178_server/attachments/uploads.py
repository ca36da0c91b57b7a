"""Resumable uploads (docs/sync-protocol.md §9): the bytes are stored before the row of the blob.

The offset of an upload is the length of its file, so a chunk needs no transaction and no sync: a power cut
may lose chunks, and the sender requests the offset after every interruption. The order at the end is: sync
file, check, rename, sync folder, write row. The next request for the offset completes an interrupted end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from io import FileIO

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field178_server.attachments import upload_rows
from field178_server.attachments.queries import known_blob
from field178_server.attachments.secure_delete import erase_unless_named
from field178_server.attachments.storage.chunk import Piece, make_durable, take_in
from field178_server.attachments.storage.file_store import FileStore, file_store_of, length_of
from field178_server.attachments.upload_rows import DONE, GONE, OPEN, Limits, UploadRequest, limits_of
from field178_server.attachments.validation import check_clean
from field178_server.database.failpoints import failpoint
from field178_server.database.models import Upload
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices.context import DeviceContext
from field178_server.runtime import Runtime
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class UploadOffset:
    """State of an upload: its offset, size, metadata and expiry."""

    upload_id: str
    offset: int
    size: int
    metadata_text: str
    expires_at: datetime

    @property
    def is_whole(self) -> bool:
        """Return whether all bytes of the upload are stored."""
        return self.offset == self.size


class Uploading:
    """The uploads of one tenant."""

    def __init__(
        self, engine: Engine, tenant_id: str, store: FileStore, limits: Limits, ports: tuple[Clock, IdSource]
    ) -> None:
        self._engine = engine
        self._tenant_id = tenant_id
        self._store = store
        self._limits = limits
        self._clock, self._ids = ports

    def begin(self, device: DeviceContext, request: UploadRequest, *, skip_known: bool) -> UploadOffset:
        """Begin an upload; with `skip_known` it is complete at once if the tablet may read the file."""
        now, upload_id = self._clock.now(), self._ids.random()
        self._store.begin(upload_id)
        # Before the transaction: no lock is held while the store is searched for the bytes.
        state = DONE if skip_known and self._knows(device, request) else OPEN

        def work(session: Session) -> tuple[Upload, list[Upload]]:
            upload_rows.refuse_erased(session, self._tenant_id, device.id, request.record_id)
            if device.needs_sign_in:
                upload_rows.refuse_unnamed(session, self._tenant_id, device.id, request)
            upload_rows.forget(session, self._tenant_id, now)
            late = upload_rows.late(session, self._tenant_id, now)
            upload_rows.check_limits(session, self._tenant_id, device.id, request, self._limits)
            key = (self._tenant_id, upload_id)
            return upload_rows.begin(session, key, device.id, request, state, now), late

        is_needed = False
        try:
            row, late = run_write(self._engine, work)
            is_needed = state == OPEN
        finally:
            # Also after an error: a file without a row would never be deleted.
            if not is_needed:
                self._store.drop(upload_id)
        self._give_up_late(late)
        return self._offset_of(row, row.size if state == DONE else 0)

    def expire(self) -> int:
        """Give up expired uploads and delete the rows of old ones; return the number of given up uploads."""
        now, given_up = self._clock.now(), 0
        while more := self._give_up_late(self._late(now)):
            given_up += more
        run_write(self._engine, lambda session: upload_rows.forget(session, self._tenant_id, now))
        return given_up

    def _late(self, now: datetime) -> list[Upload]:
        with snapshot(self._engine) as session:
            return upload_rows.late(session, self._tenant_id, now)

    def _give_up_late(self, late: Sequence[Upload]) -> int:
        given_up = 0
        for row in late:
            # An upload that is locked by a request is skipped: it may be completed by it.
            with suppress(AppError), self._store.locked(row.upload_id):
                self._give_up(row)
                self._store.drop(row.upload_id)
                given_up += 1
        return given_up

    def position(self, device: DeviceContext, upload_id: str) -> UploadOffset:
        """Return the offset of an upload; a complete file that is not stored yet is stored first."""
        row = self._row(device, upload_id)
        if row.state == DONE:
            return self._offset_of(row, row.size)
        with self._file_of(row) as file:
            length = row.size if file is None else length_of(file)
            if file is not None and length == row.size:
                self._store_whole(row, file)
        return self._offset_of(row, length)

    def append(self, device: DeviceContext, upload_id: str, piece: Piece) -> UploadOffset:
        """Append a chunk to an upload and return the offset; an AppError leaves the offset unchanged."""
        row = self._row(device, upload_id)
        if row.state == DONE:
            return self._offset_of(row, _nothing_more(piece, row.size))
        with self._file_of(row) as file:
            if file is None:
                return self._offset_of(row, _nothing_more(piece, row.size))
            length = self._append(row, file, piece)
            if length == row.size:
                self._store_whole(row, file)
        return self._offset_of(row, length)

    def _append(self, row: Upload, file: FileIO, piece: Piece) -> int:
        length = length_of(file)
        if piece.offset != length:
            raise AppError(ErrorCode.OFFSET_MISMATCH, offset=length)
        take_in(file, piece, row.size - length)
        failpoint("upload.appended")
        return length_of(file)

    @contextmanager
    def _file_of(self, row: Upload) -> Iterator[FileIO | None]:
        """Yield the locked file of an open upload, None if stored; raise AppError(upload_gone) if lost."""
        with self._store.locked(row.upload_id) as file:
            if file is None:
                self._settle(row)
            yield file

    def _settle(self, row: Upload) -> None:
        # The file of the upload is missing: it was published without its row being written, or it was lost.
        with self._store.keeping():
            is_stored = self._store.holds(row.sha256, row.size)
            is_kept = is_stored and self._complete(row)
        if is_stored:
            self._erase_unless(is_kept, row)
            return
        self._give_up(row)
        raise AppError(ErrorCode.UPLOAD_GONE)

    def _store_whole(self, row: Upload, file: FileIO) -> None:
        # The first sync of the file: until now the sender can send lost bytes again.
        make_durable(file)
        try:
            file.seek(0)
            if hashlib.file_digest(file, "sha256").hexdigest() != row.sha256:
                raise AppError(ErrorCode.CHECKSUM_MISMATCH)
            check_clean(file, row.content_type)
        except AppError as error:
            log.warning("upload_refused", upload_id=row.upload_id, code=error.code)
            self._store.drop(row.upload_id)
            self._give_up(row)
            raise
        failpoint("upload.checked")
        try:
            with self._store.keeping():
                self._publish(row)
                is_kept = self._complete(row)
            self._erase_unless(is_kept, row)
        except AppError as error:
            if error.code in (ErrorCode.FILE_REFUSED, ErrorCode.UPLOAD_GONE):
                # Its record was erased between the first byte and the last.
                erase_unless_named(self._engine, self._tenant_id, self._store, row.sha256)
            raise
        failpoint("blob.stored")

    def _publish(self, row: Upload) -> None:
        try:
            self._store.publish(row.upload_id, row.sha256)
        except FileNotFoundError:
            # Its record was erased while the bytes were checked, which deleted the file.
            raise AppError(ErrorCode.UPLOAD_GONE) from None

    def _complete(self, row: Upload) -> bool:
        return run_write(self._engine, lambda session: upload_rows.complete(session, row, self._clock.now()))

    def _erase_unless(self, is_kept: bool, row: Upload) -> None:
        """Erase the file if it is not kept: its record was erased, which the tablet MUST NOT learn."""
        if not is_kept:
            erase_unless_named(self._engine, self._tenant_id, self._store, row.sha256)

    def _give_up(self, row: Upload) -> None:
        run_write(self._engine, lambda session: upload_rows.give_up(session, row))

    def _knows(self, device: DeviceContext, request: UploadRequest) -> bool:
        with snapshot(self._engine) as session:
            blob = known_blob(session, self._tenant_id, device.scopes, request.sha256)
        return blob is not None and blob.size == request.size and self._store.holds(blob.sha256, blob.size)

    def _row(self, device: DeviceContext, upload_id: str) -> Upload:
        with snapshot(self._engine) as session:
            row = upload_rows.find(session, self._tenant_id, device.id, upload_id)
        is_late = row.state == OPEN and self._clock.now() >= row.expires_at
        if is_late or row.state == GONE:
            raise AppError(ErrorCode.UPLOAD_GONE)
        return row

    def _offset_of(self, row: Upload, offset: int) -> UploadOffset:
        return UploadOffset(row.upload_id, offset, row.size, row.metadata_text, row.expires_at)


def uploading_of(runtime: Runtime) -> Uploading:
    """Return the uploads of the server's tenant."""
    store, limits = file_store_of(runtime.settings), limits_of(runtime.settings)
    return Uploading(runtime.engine, runtime.tenant_id, store, limits, (runtime.clock, runtime.ids))


def _nothing_more(piece: Piece, size: int) -> int:
    if piece.offset != size:
        raise AppError(ErrorCode.OFFSET_MISMATCH, offset=size)
    if piece.source.read(1):
        raise AppError(ErrorCode.TOO_LARGE, limit=0, unit="bytes")
    return size
