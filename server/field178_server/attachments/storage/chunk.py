"""Chunks of uploads: bounded in size, and verified if they have a checksum."""

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
    """Port: source of a chunk's bytes."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; no bytes at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Checksum:
    """Expected hash of a chunk."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk: the bytes for an offset of a file; `size` None: not announced."""

    offset: int
    size: int | None
    source: ByteSource
    checksum: Checksum | None = None


def take_in(file: FileIO, piece: Piece, limit: int) -> None:
    """Append a chunk of at most `limit` bytes to its file.

    The file is not synced: after a power cut the sender continues from the remaining length.

    A chunk of unknown size or with a checksum is buffered first, so that an invalid chunk is not appended.
    Otherwise the bytes received before an interruption are kept.
    """
    if piece.size is not None and piece.size > limit:
        raise _too_large(limit)
    if piece.checksum is None and piece.size is not None:
        _append(file, piece.source)
        return
    with _spooled(piece, limit) as checked:
        _append(file, checked)


def make_durable(file: FileIO) -> None:
    """Sync a complete file, or raise AppError(storage_full): some disks report a lack of space only now."""
    try:
        sync_content(file)
    except OSError as error:
        if is_disk_full(error):
            raise storage_full() from error
        raise


@contextmanager
def _spooled(piece: Piece, limit: int) -> Iterator[ByteSource]:
    expected = piece.checksum
    digest = hashlib.new(expected.algorithm, usedforsecurity=False) if expected else None
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        length = 0
        while block := piece.source.read(_STEP):
            length += len(block)
            if length > limit:
                raise _too_large(limit)
            if digest is not None:
                digest.update(block)
            spool.write(block)
        if expected is not None and digest is not None and digest.digest() != expected.digest:
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
        # The disk is full or fails. The written bytes are kept, and the sender retries later.
        log.error("upload_not_written", errno=error.errno)
        if is_disk_full(error):
            raise storage_full() from error
        raise AppError(ErrorCode.BUSY, retry_after_s=60) from error


def _too_large(limit: int) -> AppError:
    return AppError(ErrorCode.TOO_LARGE, limit=min(limit, MAX_PIECE_BYTES), unit="bytes")
