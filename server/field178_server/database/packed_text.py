"""Packed texts on SQLite: each text is a zstd frame with a dictionary of the product (decision 0142).

A frame has the number of its dictionary. PostgreSQL compresses texts itself, and stores them as they are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine
from zstandard import (
    ZstdCompressionDict,
    ZstdCompressor,
    ZstdDecompressor,
    ZstdError,
    get_frame_parameters,
)

# Dictionaries are never changed or removed: stored texts need them.
NEWEST_DICTIONARY = 1
LEVEL = 3
# Most bytes of a frame that a search of a file reads.
LONGEST_FRAME = 1 << 16
_MAGIC = b"\x28\xb5\x2f\xfd"
_FOLDER = Path(__file__).parent / "dictionaries"


class _Codec(threading.local):
    """Compressor and decompressor of a thread: a context of zstd serves one thread at a time."""

    @cached_property
    def compressor(self) -> ZstdCompressor:
        return ZstdCompressor(level=LEVEL, dict_data=_dictionary(NEWEST_DICTIONARY))

    @cached_property
    def decompressor(self) -> ZstdDecompressor:
        return ZstdDecompressor(dict_data=_dictionary(NEWEST_DICTIONARY))


def pack(text: str) -> bytes:
    """Return the packed form of a text."""
    return _codec.compressor.compress(text.encode())


def unpack(packed: bytes) -> str:
    """Return a packed text; "" if it is damaged, which is no JSON and has another hash."""
    try:
        return _codec.decompressor.decompress(packed).decode()
    except (ZstdError, UnicodeDecodeError):
        return _unpack_earlier(packed)


def add_functions(connection: DBAPIConnection) -> None:
    """Define `packed(text)` and `unpacked(blob)` in the SQL of a SQLite connection."""
    connection.create_function("packed", 1, _or_none(pack), deterministic=True)
    connection.create_function("unpacked", 1, _or_none(unpack), deterministic=True)


class unpacked(FunctionElement[str]):
    """The text of a packed column, for functions and conditions of SQL."""

    type = Text()
    inherit_cache = True


class packed(FunctionElement[Any]):
    """The stored form of a text that SQL computed for a packed column."""

    type = NullType()
    inherit_cache = True


@compiles(unpacked, "sqlite")
@compiles(packed, "sqlite")
def _by_function(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:
    return f"{type(element).__name__}({compiler.process(element.clauses, **kw)})"


@compiles(unpacked)
@compiles(packed)
def _as_stored(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


class PackedText(TypeDecorator[str]):
    """A text that is stored packed on SQLite; operators of SQL apply to the text."""

    impl = Text
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        """Operators on the text."""

        def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> Any:
            """Apply an operator to the text."""
            return op(unpacked(self.expr), *other, **kwargs)

    comparator_factory = Comparator

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the engine's own column type."""
        return LargeBinary() if dialect.name == "sqlite" else Text()

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], Any] | None:
        """Return the function that packs a bound value; None on PostgreSQL."""
        return _or_none(pack) if dialect.name == "sqlite" else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], str | None] | None:
        """Return the function that unpacks a stored value; None on PostgreSQL."""
        return _or_none(unpack) if dialect.name == "sqlite" else None


def frames_in(stored: bytes) -> Iterator[bytes]:
    """Yield the texts of all frames in bytes of a database file, free pages included.

    A frame that was partly overwritten, or continues on another page, gives what can be read of it.
    """
    view, at = memoryview(stored), stored.find(_MAGIC)
    while at >= 0:
        try:
            yield _codec.decompressor.decompressobj().decompress(view[at : at + LONGEST_FRAME])
        except ZstdError:
            yield b""
        at = stored.find(_MAGIC, at + 1)


def _unpack_earlier(packed: bytes) -> str:
    """Return a text that was packed with an earlier dictionary; "" for a damaged one."""
    try:
        dictionary = _dictionary(get_frame_parameters(packed).dict_id)
        return ZstdDecompressor(dict_data=dictionary).decompress(packed).decode()
    except (ZstdError, OSError, UnicodeDecodeError):
        return ""


def _or_none(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)


@cache
def _dictionary(number: int) -> ZstdCompressionDict:
    dictionary = ZstdCompressionDict((_FOLDER / f"{number}.zstd").read_bytes())
    if number == NEWEST_DICTIONARY:
        dictionary.precompute_compress(level=LEVEL)
    return dictionary


_codec = _Codec()
