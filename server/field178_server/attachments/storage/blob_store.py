"""Store of finished files under names that hold their hash, in a folder or in an object store."""

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
    """A stored blob; `since` is the time that the store reports."""

    name: str
    size: int
    since: datetime


def hash_of(file: BinaryIO) -> str:
    """Return the hash of what is read from here to the end."""
    found = hashlib.sha256()
    while block := file.read(_BLOCK):
        found.update(block)
    return found.hexdigest()


class BlobStore(Protocol):
    """A store of whole, checked files. Names are `<tenant>/<first two digits>/<sha256>`.

    What was taken in outlasts a power cut as soon as the call returns. A place that does not answer raises
    AppError(busy), and nothing was promised.
    """

    def take(self, source: Path, name: str) -> None:
        """Move a file in; afterwards it is there and `source` is gone, or neither."""
        ...

    def put(self, source: Path, name: str) -> None:
        """Store a copy of a file."""
        ...

    def size_of(self, name: str) -> int | None:
        """Return how many bytes are there under a name; None: nothing is."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open for reading, from any place in it; FileNotFoundError when nothing is there."""
        ...

    def remove(self, name: str) -> None:
        """Remove for good; nothing happens when nothing is there."""
        ...

    def list_blobs(self, tenant_id: str) -> Iterator[ListedBlob]:
        """Yield all blobs of one tenant, in any order."""
        ...


class FolderBlobs:
    """Files of this machine: a name appears by a rename, after its bytes were synced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, source: Path, name: str) -> None:
        """Rename the synced file."""
        target = self.path(name)
        make_folder(target.parent)
        source.replace(target)
        failpoint("blob.renamed")
        sync_folder(target.parent)
        failpoint("blob.named")

    def put(self, source: Path, name: str) -> None:
        """Copy the file; the name MUST be free."""
        target = self.path(name)
        copy_durably(source, target)
        sync_folder(target.parent)

    def size_of(self, name: str) -> int | None:
        """Ask the folder."""
        path = self.path(name)
        return path.stat().st_size if path.is_file() else None

    def open(self, name: str) -> BinaryIO:
        """Open the file itself."""
        return self.path(name).open("rb")

    def remove(self, name: str) -> None:
        """Remove the file, durably."""
        path = self.path(name)
        if path.exists():
            path.unlink(missing_ok=True)
            sync_folder(path.parent)

    def list_blobs(self, tenant_id: str) -> Iterator[ListedBlob]:
        """Walk the tenant's folder."""
        for path in (self._folder / tenant_id).glob("*/*"):
            stat = path.stat()
            name = path.relative_to(self._folder).as_posix()
            yield ListedBlob(name, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))

    def path(self, name: str) -> Path:
        """Return the path of a file, stored or not."""
        return self._folder / name
