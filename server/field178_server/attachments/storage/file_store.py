"""Files of one tenant: uploads in progress in the data folder, and finished blobs named by their hash.

A blob's bytes always match its name: it gets the name atomically, after it is checked and synced.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from field178_server.attachments.previews import preview_name
from field178_server.attachments.storage.blob_store import BLOBS, BlobStore, FolderBlobs, ListedBlob
from field178_server.security.private_files import read_private
from field178_server.settings import SettingError, Settings
from field178_shared.errors import AppError, ErrorCode
from field178_shared.fsync import make_folder, sync_folder

if sys.platform != "win32":
    import fcntl

UPLOADS = "uploads"


class FileStore:
    """The files of one tenant. Several processes may use them at once, with one data folder.

    Uploads in progress are always in the data folder; finished files may be in an object store.
    """

    def __init__(self, data_dir: Path, tenant_id: str, blobs: BlobStore | None = None) -> None:
        self._uploads = data_dir / UPLOADS / tenant_id
        self.data_dir, self._tenant_id = data_dir, tenant_id
        self._blobs = blobs or FolderBlobs(data_dir / BLOBS)

    def begin(self, upload_id: str) -> None:
        """Create the empty file of a new upload."""
        make_folder(self._uploads)
        os.close(os.open(self._upload(upload_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    @contextmanager
    def locked(self, upload_id: str) -> Iterator[FileIO | None]:
        """Open and lock the file of an upload across processes; yield None if it does not exist any more.

        Raises AppError(locked) while another request has the lock.
        """
        path = self._upload(upload_id)
        try:
            file = path.open("r+b", buffering=0)
        except FileNotFoundError:
            yield None
            return
        with file:
            _lock(file)
            # The former holder of the lock may have published the file: then it MUST NOT be written.
            yield file if _is_still(file, path) else None

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Exclude deletion of files (shared lock), from storing a file's bytes until its row is committed."""
        with self._turn(is_shared=True):
            yield

    @contextmanager
    def clearing(self) -> Iterator[None]:
        """Exclude uploads and deletion (exclusive lock), from the check of a file's row to its deletion."""
        with self._turn(is_shared=False):
            yield

    def drop(self, upload_id: str) -> None:
        """Delete the file of an upload; do nothing if it does not exist."""
        self._upload(upload_id).unlink(missing_ok=True)

    def publish(self, upload_id: str, sha256: str) -> None:
        """Move the synced and checked file of an upload to the blobs, durably."""
        self._blobs.take(self._upload(upload_id), self._name(sha256))

    def open(self, sha256: str) -> BinaryIO:
        """Open the blob of a hash for reading; raise FileNotFoundError if it is not stored."""
        return self._blobs.open(self._name(sha256))

    def holds(self, sha256: str, size: int) -> bool:
        """Return whether a blob of this hash and size is stored."""
        return self._blobs.size_of(self._name(sha256)) == size

    def erase(self, sha256: str) -> None:
        """Delete the file of a blob and its preview, durably; do nothing if they do not exist."""
        self._blobs.remove(self._name(sha256))
        preview = self.data_dir / preview_name(self._tenant_id, sha256)
        if preview.exists():
            preview.unlink(missing_ok=True)
            sync_folder(preview.parent)

    def list_blobs(self) -> Iterator[ListedBlob]:
        """Yield all stored files, with or without a row."""
        return self._blobs.list_blobs(self._tenant_id)

    @contextmanager
    def _turn(self, *, is_shared: bool) -> Iterator[None]:
        if sys.platform == "win32" or not self.data_dir.is_dir():
            yield
            return
        make_folder(self._uploads)
        folder = os.open(self._uploads, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _upload(self, upload_id: str) -> Path:
        return self._uploads / upload_id

    def _name(self, sha256: str) -> str:
        return blob_name(self._tenant_id, sha256)


def blob_name(tenant_id: str, sha256: str) -> str:
    """Return the name of a blob: its path below `blobs` in data folder and backup, or its object key."""
    return f"{tenant_id}/{sha256[:2]}/{sha256}"


def length_of(file: FileIO) -> int:
    """Return the length of an open file in bytes."""
    return os.fstat(file.fileno()).st_size


def sync_content(file: FileIO) -> None:
    """Sync an open file's bytes and length to the disk."""
    if hasattr(os, "fdatasync"):
        os.fdatasync(file.fileno())
    else:
        os.fsync(file.fileno())


def _lock(file: FileIO) -> None:
    # Released by the system when the file is closed, or its process ends.
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise AppError(ErrorCode.LOCKED, retry_after_s=1) from error


def _is_still(file: FileIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def file_store_of(settings: Settings) -> FileStore:
    """Return the file store of the tenant in the settings."""
    return FileStore(settings.data_dir, settings.tenant, blobs_of(settings))


def blobs_of(settings: Settings) -> BlobStore:
    """Return the store of finished files: in the data folder, or the object store of the settings.

    Raises SettingError if the library for object stores is missing, LoosePermissionsError if other users may
    read the file with its keys.
    """
    if not settings.blobs_url:
        return FolderBlobs(settings.data_dir / BLOBS)
    return _object_blobs(settings.blobs_url, settings.blobs_endpoint, settings.blobs_keys, os.getpid())


@lru_cache(maxsize=4)
def _object_blobs(url: str, endpoint: str, keys: Path | None, _process: int) -> BlobStore:
    # Cached per process: a client keeps its connections.
    if importlib.util.find_spec("obstore") is None:
        raise SettingError("FIELD178_BLOBS_URL: requirements-server-postgres-s3.txt")
    from field178_server.attachments.storage.object_store import ObjectBlobs

    return ObjectBlobs(url, endpoint, _read_keys(keys) if keys is not None else {})


def _read_keys(path: Path) -> dict[str, str]:
    pairs = (word.partition("=") for word in shlex.split(read_private(path).decode(), comments=True))
    return {name: value for name, sign, value in pairs if sign and name.startswith("AWS_")}
