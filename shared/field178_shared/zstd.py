"""Zstandard where the machine has it, Python's own or its backport; nobody gets more than 8 MiB of window."""

from __future__ import annotations

import functools
import importlib
from types import ModuleType

# RFC 9659: what every receiver of the coding has to bear, and a bomb may not exceed.
_WINDOW_LOG = 23
_LEVEL = 3
_MODULES = ("compression.zstd", "backports.zstd")


class Damaged(Exception):  # says what the data is
    """What came is no Zstandard, not whole, or wants a larger window."""


@functools.cache
def _engine() -> ModuleType | None:
    for name in _MODULES:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            continue
    return None


def is_here() -> bool:
    """Tell whether this machine reads and writes Zstandard; a tablet need not."""
    return _engine() is not None


class Decompressor:
    """Reads one frame; bytes after it are damage."""

    def __init__(self) -> None:
        engine = _engine()
        assert engine is not None
        self._damage = (engine.ZstdError, EOFError)
        limit = {engine.DecompressionParameter.window_log_max: _WINDOW_LOG}
        self._decompressor = engine.ZstdDecompressor(options=limit)

    @property
    def eof(self) -> bool:
        """Whether the frame has ended."""
        return bool(self._decompressor.eof)

    @property
    def unused_data(self) -> bytes:
        """What came after the end."""
        return bytes(self._decompressor.unused_data)

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        """Return the next bytes, at most so many of them."""
        try:
            return bytes(self._decompressor.decompress(data, max_length))
        except self._damage as error:
            raise Damaged from error


class Stream:
    """Compresses an answer piece by piece; what stands before a `flush` is readable when the rest is cut."""

    def __init__(self) -> None:
        engine = _engine()
        assert engine is not None
        self._flush_block = engine.ZstdCompressor.FLUSH_BLOCK
        self._flush_frame = engine.ZstdCompressor.FLUSH_FRAME
        self._compressor = engine.ZstdCompressor(level=_LEVEL)

    def add(self, data: bytes) -> bytes:
        """Return what is ready after one more piece (often nothing)."""
        return bytes(self._compressor.compress(data))

    def flush(self) -> bytes:
        """Return all that was added so far, readable without what follows."""
        return bytes(self._compressor.flush(self._flush_block))

    def finish(self) -> bytes:
        """Return the end of the stream."""
        return bytes(self._compressor.flush(self._flush_frame))
