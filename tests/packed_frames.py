"""Content of a SQLite store's files, for tests that search them for a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from zstandard import ZstdCompressionDict, ZstdDecompressor, ZstdError

from field178_server.database import packed_text

_MAGIC = b"\x28\xb5\x2f\xfd"
_LONGEST = 1 << 16
_DICTIONARY = Path(packed_text.__file__).with_name("dictionaries") / "1.zstd"


def content_of(paths: Iterable[Path]) -> bytes:
    """Return the bytes of files, and the texts of all packed frames in them, free pages included."""
    stored = b"".join(path.read_bytes() for path in paths)
    return b"\n".join((stored, *_unpacked(stored)))


def _unpacked(stored: bytes) -> Iterator[bytes]:
    decompressor = ZstdDecompressor(dict_data=ZstdCompressionDict(_DICTIONARY.read_bytes()))
    at = stored.find(_MAGIC)
    while at >= 0:
        frame = decompressor.decompressobj()
        try:
            yield frame.decompress(stored[at : at + _LONGEST])
        except ZstdError:
            yield b""  # partly overwritten
        at = stored.find(_MAGIC, at + 1)
