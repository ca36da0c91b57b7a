"""Finished files in an object store with the S3 interface; its library is imported at first use."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import structlog

from field178_server.attachments.storage.blob_store import ListedBlob
from field178_server.database.failpoints import failpoint
from field178_shared.errors import AppError, ErrorCode

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from obstore.store import S3Store

_READ_AHEAD_BYTES = 1 << 20
# Tablets' requests wait for these: shorter than the library's default of three minutes.
_CONNECT_WITHIN, _ANSWER_WITHIN, _RETRY_WITHIN = "5s", "60s", timedelta(seconds=10)
_RETRIES = 2

log = structlog.get_logger()


class ObjectBlobs:
    """Store of files in a bucket or a prefix of it. An object is stored completely or not at all."""

    def __init__(self, url: str, endpoint: str, keys: Mapping[str, str]) -> None:
        """Store the settings; `keys`: AWS_… variables, missing ones are read from the environment."""
        self._url, self._endpoint, self._keys = url, endpoint, keys

    def take(self, source: Path, name: str) -> None:
        """Store the file, then delete `source`."""
        self.put(source, name)
        failpoint("blob.renamed")
        source.unlink(missing_ok=True)
        failpoint("blob.named")

    def put(self, source: Path, name: str) -> None:
        """Store a copy of the file; it replaces an existing object, which could only differ if damaged."""
        import obstore

        try:
            with self._answering():
                obstore.put(self._store, name, source)
        except FileNotFoundError as error:
            log.error("file_storage_failed", error="no_bucket")
            raise AppError(ErrorCode.BUSY, retry_after_s=60) from error

    def size_of(self, name: str) -> int | None:
        """Return the size of the object; None if it does not exist."""
        import obstore

        try:
            with self._answering():
                return int(obstore.head(self._store, name)["size"])
        except FileNotFoundError:
            return None

    def open(self, name: str) -> BinaryIO:
        """Return a reader that fetches the object by ranges."""
        import obstore

        with self._answering():
            size = int(obstore.head(self._store, name)["size"])

        def fetch(start: int, length: int) -> memoryview:
            with self._answering():
                return memoryview(obstore.get_range(self._store, name, start=start, length=length))

        return io.BufferedReader(_Object(fetch, size), _READ_AHEAD_BYTES)

    def remove(self, name: str) -> None:
        """Delete the object; do nothing if it does not exist."""
        import obstore

        try:
            with self._answering():
                obstore.delete(self._store, name)
        except FileNotFoundError:
            return

    def list_blobs(self, tenant_id: str) -> Iterator[ListedBlob]:
        """Yield the tenant's objects."""
        import obstore

        with self._answering():
            for page in obstore.list(self._store, tenant_id):
                yield from (
                    ListedBlob(entry["path"], entry["size"], entry["last_modified"]) for entry in page
                )

    @cached_property
    def _store(self) -> S3Store:
        # Created at first use: a client created before a fork does not work after it.
        from obstore.store import S3Store

        return S3Store.from_url(
            self._url,
            config={"endpoint": self._endpoint} if self._endpoint else {},
            client_options={
                "allow_http": self._endpoint.startswith("http://"),
                "connect_timeout": _CONNECT_WITHIN,
                "timeout": _ANSWER_WITHIN,
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_WITHIN},
            **{name.lower(): value for name, value in self._keys.items()},  # type: ignore[arg-type]
        )

    @contextmanager
    def _answering(self) -> Iterator[None]:
        from obstore.exceptions import BaseError, NotFoundError

        try:
            yield
        except (NotFoundError, FileNotFoundError) as error:
            raise FileNotFoundError from error
        except BaseError as error:
            # The message may contain bucket and address: only the type of the error is logged.
            log.error("file_storage_failed", error=type(error).__name__)
            raise AppError(ErrorCode.BUSY, retry_after_s=60) from error


class _Object(io.RawIOBase):
    """Raw reader of an object by ranges."""

    def __init__(self, fetch: Callable[[int, int], memoryview], size: int) -> None:
        self._fetch, self._size, self._at = fetch, size, 0

    def readable(self) -> bool:
        """Return True: the object can be read."""
        return True

    def seekable(self) -> bool:
        """Return True: the position can be set."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Set the position without a request."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def readall(self) -> bytes:
        """Return the bytes from the position to the end, fetched in large ranges (default: small ones)."""
        return b"".join(iter(lambda: self.read(_READ_AHEAD_BYTES) or b"", b""))

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fetch bytes from the position into the buffer; return their number."""
        view = memoryview(buffer).cast("B")
        length = min(len(view), self._size - self._at)
        if length <= 0:
            return 0
        view[:length] = self._fetch(self._at, length)
        self._at += length
        return length
