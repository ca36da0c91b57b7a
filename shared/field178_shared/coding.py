"""Content codings of the exchange: bounded on the way in, flushed at every checkpoint on the way out.

`gzip`, `zstd`, and `x-f178-d1`: raw deflate with preset dictionary 1, which halves a single visit.
"""

from __future__ import annotations

import gzip
import zlib
from typing import Protocol

from field178_shared import zstd
from field178_shared.dictionaries import dictionary
from field178_shared.errors import AppError, ErrorCode

GZIP = "gzip"
ZSTD = "zstd"
DICTIONARY_1 = "x-f178-d1"
CODINGS = (GZIP, ZSTD, DICTIONARY_1)
_IDENTITY = (None, "", "identity")
_GZIP_WINDOW = 31
_RAW_WINDOW = -15
_LEVEL = 6


class Writer(Protocol):
    """Compresses an answer piece by piece; what stands before a `flush` is readable when the rest is cut."""

    def add(self, data: bytes) -> bytes:
        """Return what is ready after one more piece (often nothing)."""
        ...

    def flush(self) -> bytes:
        """Return all that was added so far, readable without what follows."""
        ...

    def finish(self) -> bytes:
        """Return the end of the stream."""
        ...


class _Inflater(Protocol):
    """What zlib's objects and ours have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def decode(name: str | None, data: bytes, limit: int) -> bytes:
    """Return the decoded body of at most `limit` bytes.

    Raises AppError: unsupported_encoding, bad_encoding (damaged, cut, trailing bytes) or too_large. A bomb
    costs no more than `limit` bytes of memory and a window of 8 MiB.
    """
    if name in _IDENTITY:
        return _bounded(data, limit)
    inflater = _inflater(name)
    try:
        text = inflater.decompress(data, limit + 1)
    except (zlib.error, zstd.Damaged):
        raise AppError(ErrorCode.BAD_ENCODING) from None
    _bounded(text, limit)
    if not inflater.eof or inflater.unused_data:
        raise AppError(ErrorCode.BAD_ENCODING)
    return text


def encode(name: str, data: bytes) -> bytes:
    """Return a body in one of the codings; the same body gives the same bytes."""
    if name == GZIP:
        return gzip_bytes(data)
    stream = writer(name)
    return stream.add(data) + stream.finish()


def gzip_bytes(data: bytes) -> bytes:
    """Return the gzip form of a body; the same body gives the same bytes."""
    return gzip.compress(data, compresslevel=_LEVEL, mtime=0)


def writer(name: str) -> Writer:
    """Return a stream of one of the codings."""
    if name == ZSTD:
        return zstd.Stream()
    if name == DICTIONARY_1:
        return DeflateStream(zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW_WINDOW, zdict=dictionary(1)))
    return GzipStream()


class DeflateStream:
    """A stream of zlib's kinds."""

    def __init__(self, deflater: zlib._Compress) -> None:
        self._deflater = deflater

    def add(self, data: bytes) -> bytes:
        """Return what is ready after one more piece (often nothing)."""
        return self._deflater.compress(data)

    def flush(self) -> bytes:
        """Return all that was added so far, readable without what follows."""
        return self._deflater.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        """Return the end of the stream."""
        return self._deflater.flush(zlib.Z_FINISH)


class GzipStream(DeflateStream):
    """A stream of gzip, which everybody reads."""

    def __init__(self) -> None:
        super().__init__(zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_WINDOW))


class StreamReader:
    """Decodes an answer as it arrives, so that a cut answer is used up to its last checkpoint."""

    def __init__(self, name: str | None) -> None:
        self._inflater = None if name in _IDENTITY else _inflater(name)

    def feed(self, chunk: bytes) -> bytes:
        """Return the decoded bytes of one more chunk; raises AppError(bad_encoding) on damage."""
        if self._inflater is None:
            return chunk
        try:
            return self._inflater.decompress(chunk)
        except (zlib.error, zstd.Damaged):
            raise AppError(ErrorCode.BAD_ENCODING) from None


def _inflater(name: str | None) -> _Inflater:
    if name == GZIP:
        return zlib.decompressobj(_GZIP_WINDOW)
    if name == DICTIONARY_1:
        return zlib.decompressobj(_RAW_WINDOW, zdict=dictionary(1))
    if name == ZSTD and zstd.is_here():
        return zstd.Decompressor()
    raise AppError(ErrorCode.UNSUPPORTED_ENCODING)


def _bounded(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise AppError(ErrorCode.TOO_LARGE, limit=limit, unit="bytes")
    return data
