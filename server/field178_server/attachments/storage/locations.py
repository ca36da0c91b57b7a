"""Where the files of a server lie, as its settings have it."""

from __future__ import annotations

import importlib.util
import os
import shlex
from functools import lru_cache
from pathlib import Path

from field178_server.attachments.storage.blob_store import BLOBS, BlobStore, FolderBlobs
from field178_server.attachments.storage.file_store import FileStore
from field178_server.security.private_files import read_private
from field178_server.settings import SettingError, Settings


def file_store_of(settings: Settings) -> FileStore:
    """Return the files of the tenant that these settings serve."""
    return FileStore(settings.data_dir, settings.tenant, blobs_of(settings))


def blobs_of(settings: Settings) -> BlobStore:
    """Return the place of finished files: a folder of the data folder, or the object store of the settings.

    Raises SettingError when the library for object stores is missing, LoosePermissionsError when others may
    read the file of its keys.
    """
    if not settings.blobs_url:
        return FolderBlobs(settings.data_dir / BLOBS)
    return _object_blobs(settings.blobs_url, settings.blobs_endpoint, settings.blobs_keys, os.getpid())


@lru_cache(maxsize=4)
def _object_blobs(url: str, endpoint: str, keys: Path | None, _process: int) -> BlobStore:
    # Once a process: a client keeps its connections.
    if importlib.util.find_spec("obstore") is None:
        raise SettingError("FIELD178_BLOBS_URL: requirements-server-postgres-s3.txt")
    from field178_server.attachments.storage.object_store import ObjectBlobs

    return ObjectBlobs(url, endpoint, _read_keys(keys) if keys is not None else {})


def _read_keys(path: Path) -> dict[str, str]:
    pairs = (word.partition("=") for word in shlex.split(read_private(path).decode(), comments=True))
    return {name: value for name, sign, value in pairs if sign and name.startswith("AWS_")}
