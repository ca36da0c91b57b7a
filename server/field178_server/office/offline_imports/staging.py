"""Staged offline exports: encrypted as uploaded, visible to their officer only, deleted after a day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from field178_server.attachments.storage.chunk import ByteSource
from field178_shared.errors import AppError, ErrorCode
from field178_shared.fsync import make_folder
from field178_shared.ids import is_uuid, made_at

KEPT_FOR = timedelta(days=1)
_STEP = 64 << 10
_DONE = ".done"


class ImportFolder:
    """Folder of one officer's files in the data folder; file names are time-ordered ids."""

    def __init__(self, data_dir: Path, tenant_id: str, officer_id: str) -> None:
        self._all = data_dir / "rescue" / tenant_id
        self._folder = self._all / officer_id

    def begin(self, file_id: str, now: datetime) -> None:
        """Create an empty file, and delete all files older than a day."""
        make_folder(self._folder)
        for path in self._all.glob("*/*"):
            if (begun_at := made_at(path.stem)) is not None and begun_at < now - KEPT_FOR:
                path.unlink(missing_ok=True)
        (self._folder / file_id).touch(0o600)

    def append(self, file_id: str, offset: int, source: ByteSource, limit: int) -> None:
        """Append a chunk to a file. Raises AppError: offset_mismatch; too_large with the limit."""
        path = self._path(file_id)
        length = path.stat().st_size
        if offset != length:
            raise AppError(ErrorCode.OFFSET_MISMATCH, offset=length)
        with path.open("ab") as file:
            while block := source.read(_STEP):
                length += len(block)
                if length > limit:
                    raise AppError(ErrorCode.TOO_LARGE, limit=limit, unit="bytes")
                file.write(block)

    @contextmanager
    def opened(self, file_id: str) -> Iterator[BinaryIO]:
        """Open a file for reading within the block."""
        with self._path(file_id).open("rb") as file:
            yield file

    def size_of(self, file_id: str) -> int:
        """Return the size of a file in bytes."""
        return self._path(file_id).stat().st_size

    def note_done(self, file_id: str, result: dict[str, object]) -> None:
        """Store the result of an import beside its file."""
        self._path(file_id).with_suffix(_DONE).write_text(json.dumps(result))

    def done(self, file_id: str) -> dict[str, object] | None:
        """Return the result of a file's import; None before the import."""
        path = self._path(file_id).with_suffix(_DONE)
        result: dict[str, object] | None = json.loads(path.read_text()) if path.exists() else None
        return result

    def _path(self, file_id: str) -> Path:
        # The id comes from an address: it MUST be a UUID before it is used in a path.
        path = self._folder / file_id
        if not is_uuid(file_id) or not path.exists():
            raise AppError(ErrorCode.NOT_FOUND)
        return path
