"""Pieces of uploads: bounded, and verified where they bring a checksum."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from typing import Protocol

import structlog

from field178_server.attachments.storage.file_store import sync_content
from field178_server.attachments.storage.free_space import is_disk_full, storage_full
from field178_shared.errors import AppError, ErrorCode

MAX_PIECE_BYTES = 8 << 20
_STEP = 64 << 10
_IN_MEMORY = 512 << 10

log = structlog.get_logger()


class ByteSource(Protocol):
    """Source of a piece's bytes."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Checksum:
    """Expected hash of a piece."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes for one offset of a file; `size` None: not announced."""

    offset: int
    size: int | None
    source: ByteSource
    checksum: Checksum | None = None


def take_in(file: FileIO, piece: Piece, limit: int) -> None:
    """Append a piece to its file, at most `limit` bytes.

    The disk need not have it yet: after a power cut the sender goes on from what is there.

    A piece of unknown size or integrity is buffered first, so the file never grows by it.
    Otherwise the bytes that came before a cut stay.
    """
    if piece.size is not None and piece.size > limit:
        raise _too_large(limit)
    if piece.checksum is None and piece.size is not None:
        _append(file, piece.source)
        return
    with _spooled(piece, limit) as checked:
        _append(file, checked)


def make_durable(file: FileIO) -> None:
    """Sync a whole file, or raise AppError(storage_full): some disks find only now that there is no room."""
    try:
        sync_content(file)
    except OSError as error:
        if is_disk_full(error):
            raise storage_full() from error
        raise


@contextmanager
def _spooled(piece: Piece, limit: int) -> Iterator[ByteSource]:
    wanted = piece.checksum
    found = hashlib.new(wanted.algorithm, usedforsecurity=False) if wanted else None
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        length = 0
        while block := piece.source.read(_STEP):
            length += len(block)
            if length > limit:
                raise _too_large(limit)
            if found is not None:
                found.update(block)
            spool.write(block)
        if wanted is not None and found is not None and found.digest() != wanted.digest:
            raise AppError(ErrorCode.CHECKSUM_MISMATCH)
        spool.seek(0)
        yield spool


def _append(file: FileIO, source: ByteSource) -> None:
    file.seek(0, 2)
    while block := source.read(_STEP):
        _write(file, block)


def _write(file: FileIO, block: bytes) -> None:
    try:
        while block:
            block = block[file.write(block) :]
    except OSError as error:
        # The disk is full or fails. What is written stays, and the sender tries again later.
        log.error("upload_not_written", errno=error.errno)
        if is_disk_full(error):
            raise storage_full() from error
        raise AppError(ErrorCode.BUSY, retry_after_s=60) from error


def _too_large(limit: int) -> AppError:
    return AppError(ErrorCode.TOO_LARGE, limit=min(limit, MAX_PIECE_BYTES), unit="bytes")
