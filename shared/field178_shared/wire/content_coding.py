"""gzip, the only content coding of the API: bounded when read, flushed at checkpoints when written."""

from __future__ import annotations

import gzip
import zlib

from field178_shared.errors import AppError, ErrorCode

GZIP = "gzip"
# Of a shorter body gzip saves nothing (protocol R8.2).
LEAST_PACKED_BYTES = 256
_IDENTITY = (None, "", "identity")
_WINDOW = 31
_LEVEL = 6


def decode(name: str | None, data: bytes, limit: int) -> bytes:
    """Return the decoded body of at most `limit` bytes.

    Raises AppError: unsupported_encoding, bad_encoding (damaged, cut, trailing bytes) or too_large. A bomb
    costs no more than `limit` bytes of memory.
    """
    if name in _IDENTITY:
        return _bounded(data, limit)
    inflater = _inflater(name)
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
    return gzip.compress(data, compresslevel=_LEVEL, mtime=0)


class GzipStream:
    """Compresses an answer in chunks; all bytes before a `flush` are readable if the rest is missing."""

    def __init__(self) -> None:
        self._deflater = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW)

    def add(self, data: bytes) -> bytes:
        """Return the compressed bytes available after one more chunk (often none)."""
        return self._deflater.compress(data)

    def flush(self) -> bytes:
        """Return all bytes added so far, decodable without later bytes."""
        return self._deflater.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        """Return the last bytes of the stream."""
        return self._deflater.flush(zlib.Z_FINISH)


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
        except zlib.error:
            raise AppError(ErrorCode.BAD_ENCODING) from None


def _inflater(name: str | None) -> zlib._Decompress:
    if name != GZIP:
        raise AppError(ErrorCode.UNSUPPORTED_ENCODING)
    return zlib.decompressobj(_WINDOW)


def _bounded(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise AppError(ErrorCode.TOO_LARGE, limit=limit, unit="bytes")
    return data
