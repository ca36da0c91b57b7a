"""Content codings of the exchange: gzip in with hard bounds, gzip out with a flush at every checkpoint."""

from __future__ import annotations

import gzip
import zlib

from field178_shared.errors import AppError, ErrorCode

_GZIP_WINDOW = 31


def decode(name: str | None, data: bytes, limit: int) -> bytes:
    """Return the decoded body of at most `limit` bytes.

    Raises AppError: unsupported_encoding, bad_encoding (damaged, cut, trailing bytes) or too_large. A bomb
    costs no more than `limit` bytes of memory.
    """
    if name in (None, "", "identity"):
        return _bounded(data, limit)
    if name != "gzip":
        raise AppError(ErrorCode.UNSUPPORTED_ENCODING)
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    try:
        text = inflater.decompress(data, limit + 1)
    except zlib.error:
        raise AppError(ErrorCode.BAD_ENCODING) from None
    _bounded(text, limit)
    if not inflater.eof or inflater.unused_data:
        raise AppError(ErrorCode.BAD_ENCODING)
    return text


def gzip_bytes(data: bytes) -> bytes:
    """Return the gzip form of a body; the same body gives the same bytes."""
    return gzip.compress(data, compresslevel=6, mtime=0)


class GzipStream:
    """Compresses an answer piece by piece; what stands before a `flush` is readable when the rest is cut."""

    def __init__(self) -> None:
        self._deflater = zlib.compressobj(6, zlib.DEFLATED, _GZIP_WINDOW)

    def add(self, data: bytes) -> bytes:
        """Return what is ready after one more piece (often nothing)."""
        return self._deflater.compress(data)

    def flush(self) -> bytes:
        """Return all that was added so far, readable without what follows."""
        return self._deflater.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        """Return the end of the stream."""
        return self._deflater.flush(zlib.Z_FINISH)


class StreamReader:
    """Decodes an answer as it arrives, so that a cut answer is used up to its last checkpoint."""

    def __init__(self, name: str | None) -> None:
        if name not in (None, "", "identity", "gzip"):
            raise AppError(ErrorCode.UNSUPPORTED_ENCODING)
        self._inflater = zlib.decompressobj(_GZIP_WINDOW) if name == "gzip" else None

    def feed(self, chunk: bytes) -> bytes:
        """Return the decoded bytes of one more chunk; raises AppError(bad_encoding) on damage."""
        if self._inflater is None:
            return chunk
        try:
            return self._inflater.decompress(chunk)
        except zlib.error:
            raise AppError(ErrorCode.BAD_ENCODING) from None


def _bounded(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise AppError(ErrorCode.TOO_LARGE, limit=limit, unit="bytes")
    return data
