"""Encrypted files of photos, named by content hash; each is written completely or not at all.

A file is `marker, salt, length of the head, sealed head, sealed blocks`. Each file has its own key, derived
from its salt, so block numbers are the nonces. Every block is bound to the hash, so it does not decrypt in
another file.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from field178_mobile.store.database.context import parse_object
from field178_mobile.store.database.encryption import Sealer
from field178_shared.errors import AppError, ErrorCode
from field178_shared.fsync import make_folder, sync_folder
from field178_shared.wire.canonical import canonical

BLOCK_BYTES = 64 << 10
_MARKER = b"F178PH1\n"
_HEAD = struct.Struct(">8s16sH")
_SALT_BYTES = 16
_TAG_BYTES = 16
_NEW = ".new"


@dataclass(frozen=True, slots=True)
class PhotoHead:
    """The header of a file: enough to queue it again when the database was lost."""

    sha256: str
    record_id: str
    size_bytes: int
    content_type: str


class PhotoFiles:
    """One folder of sealed photos. Safe on any thread, each photo on one at a time."""

    def __init__(self, folder: Path, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._folder = folder
        self._random_bytes = random_bytes

    def write(self, sealer: Sealer, head: PhotoHead, data: bytes) -> None:
        """Seal a photo's bytes; a power cut after this returned leaves them, one before leaves no name."""
        make_folder(self._folder)
        path = self._folder / head.sha256
        fresh = path.with_suffix(_NEW)
        fresh.unlink(missing_ok=True)
        fresh.touch(0o600)  # readable by its owner only, independent of the umask
        with fresh.open("a+b", buffering=0) as file:
            for part in _parts(sealer, head, data, self._random_bytes(_SALT_BYTES)):
                _write_all(file, part)
            os.fsync(file.fileno())
        # Bytes, then the name, then the folder are synced: a name never exists without its bytes on disk.
        fresh.replace(path)
        sync_folder(self._folder)

    def head(self, sealer: Sealer, sha256: str) -> PhotoHead:
        """Return the header of a file; AppError(store_damaged) when it does not open."""
        with _opened(self._folder / sha256) as file:
            return _read_head(file, sealer, sha256)[1]

    def read(self, sealer: Sealer, sha256: str, offset: int, length: int) -> bytes:
        """Return a stretch of a photo; only its blocks are opened. AppError(store_damaged) as above."""
        with _opened(self._folder / sha256) as file:
            cipher, head = _read_head(file, sealer, sha256)
            start, end = offset, min(offset + length, head.size_bytes)
            first, place, blocks = start // BLOCK_BYTES, file.tell(), []
            for number in range(first, -(-end // BLOCK_BYTES)):
                file.seek(place + number * (BLOCK_BYTES + _TAG_BYTES))
                sealed = file.read(min(BLOCK_BYTES, head.size_bytes - number * BLOCK_BYTES) + _TAG_BYTES)
                blocks.append(cipher.decrypt(_nonce(number + 1), sealed, _place(sealer, sha256)))
            return b"".join(blocks)[start - first * BLOCK_BYTES : end - first * BLOCK_BYTES]

    def names(self) -> list[str]:
        """Return the hashes of the complete photo files; incomplete files are deleted."""
        if not self._folder.exists():
            return []
        paths = sorted(self._folder.iterdir())
        for path in paths:
            if path.suffix == _NEW:
                path.unlink()
        return [path.name for path in paths if path.suffix != _NEW]

    def remove(self, sha256: str) -> None:
        """Delete a photo's bytes."""
        path = self._folder / sha256
        if path.exists():
            path.unlink()
            sync_folder(self._folder)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except (InvalidTag, OSError, struct.error, KeyError, ValueError, TypeError):
        raise AppError(ErrorCode.STORE_DAMAGED, table="photo", id=path.name) from None


def _parts(sealer: Sealer, head: PhotoHead, data: bytes, salt: bytes) -> Iterator[bytes]:
    cipher, place = sealer.file_cipher(salt), _place(sealer, head.sha256)
    header = {"record_id": head.record_id, "size": head.size_bytes, "content_type": head.content_type}
    sealed = cipher.encrypt(_nonce(0), canonical(header), place)
    yield _HEAD.pack(_MARKER, salt, len(sealed)) + sealed
    view = memoryview(data)
    for number, start in enumerate(range(0, len(data), BLOCK_BYTES), start=1):
        yield cipher.encrypt(_nonce(number), view[start : start + BLOCK_BYTES], place)


def _read_head(file: BinaryIO, sealer: Sealer, sha256: str) -> tuple[ChaCha20Poly1305, PhotoHead]:
    marker, salt, length = _HEAD.unpack(file.read(_HEAD.size))
    if marker != _MARKER:
        raise ValueError("marker")
    cipher = sealer.file_cipher(salt)
    header = parse_object(cipher.decrypt(_nonce(0), file.read(length), _place(sealer, sha256)))
    size = header["size"]
    if not isinstance(size, int):
        raise TypeError("size")
    return cipher, PhotoHead(sha256, str(header["record_id"]), size, str(header["content_type"]))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _place(sealer: Sealer, sha256: str) -> bytes:
    return f"field178-photo-v1|{sealer.key_id}|{sha256}".encode()


def _write_all(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
