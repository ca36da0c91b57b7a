"""Port of a store of finished files, named by their hash, and its implementation in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from field178_server.database.failpoints import failpoint
from field178_server.security.private_files import copy_durably
from field178_shared.fsync import make_folder, sync_folder

BLOBS = "blobs"
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class ListedBlob:
    """A listed blob with its size; `since`: the modification time reported by the store."""

    name: str
    size: int
    since: datetime


def hash_of(file: BinaryIO) -> str:
    """Return the SHA-256 of a file from its position to the end."""
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


class BlobStore(Protocol):
    """Port: store of complete, checked files. Names are `<tenant>/<first two digits>/<sha256>`.

    A file is durable when the call returns. A store that does not respond raises AppError(busy).
    """

    def take(self, source: Path, name: str) -> None:
        """Move a file into the store, all or nothing: then it is stored and `source` is deleted."""
        ...

    def put(self, source: Path, name: str) -> None:
        """Store a copy of the file `source`."""
        ...

    def size_of(self, name: str) -> int | None:
        """Return the size of a blob in bytes; None if it is not stored."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a stored file (seekable) for reading; raise FileNotFoundError if it is not stored."""
        ...

    def remove(self, name: str) -> None:
        """Delete a stored file durably; do nothing if it is not stored."""
        ...

    def list_blobs(self, tenant_id: str) -> Iterator[ListedBlob]:
        """Yield the blobs (stored files) of a tenant, in any order."""
        ...


class FolderBlobs:
    """Store of files in a local folder: a blob gets its name by a rename, after its bytes are synced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, source: Path, name: str) -> None:
        """Move the synced file by a rename, then sync the folder."""
        target = self.path(name)
        make_folder(target.parent)
        source.replace(target)
        failpoint("blob.renamed")
        sync_folder(target.parent)
        failpoint("blob.named")

    def put(self, source: Path, name: str) -> None:
        """Copy the file durably; the name MUST be free."""
        target = self.path(name)
        copy_durably(source, target)
        sync_folder(target.parent)

    def size_of(self, name: str) -> int | None:
        """Return the size of the file; None if it does not exist."""
        path = self.path(name)
        return path.stat().st_size if path.is_file() else None

    def open(self, name: str) -> BinaryIO:
        """Open the file for reading."""
        return self.path(name).open("rb")

    def remove(self, name: str) -> None:
        """Delete the file durably; do nothing if it does not exist."""
        path = self.path(name)
        if path.exists():
            path.unlink(missing_ok=True)
            sync_folder(path.parent)

    def list_blobs(self, tenant_id: str) -> Iterator[ListedBlob]:
        """Yield the files in the tenant's folder."""
        for path in (self._folder / tenant_id).glob("*/*"):
            stat = path.stat()
            name = path.relative_to(self._folder).as_posix()
            yield ListedBlob(name, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))

    def path(self, name: str) -> Path:
        """Return the path of a blob, stored or not."""
        return self._folder / name
