"""Fast path of strict JSON: accept a text that equals the encoding of its own value byte for byte.

Duplicate keys, unusual escapes, white space and `-0` change the encoded length, so one comparison excludes
them. Floats, large numbers, depth and NFC are checked in the bytes. A text that is not accepted here may
still be valid: `strict_json` parses it slowly and locates errors.

Without msgspec (Android tablets) the standard library decodes and encodes. Its encoder is slow, so the
canonical form is then checked without it.
"""

from __future__ import annotations

import json
import threading
import unicodedata
from collections.abc import Callable

from field178_shared.wire.canonical import canonical, stdlib_encoder
from field178_shared.wire.protocol import MAX_DEPTH

# Shorter numbers are within 2^53-1.
_LONG_NUMBER = b"0" * 16
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_BEFORE_NUMBER = b"[,:"
_SHAPE = bytes.maketrans(b"[]", b"{}")
_NO_BRACKET = bytes(set(range(256)) - set(b"{}[]"))
_NO_SHAPE = bytes(set(_NO_BRACKET) - set(b'"'))


class NotProven(Exception):
    """The fast path cannot prove the text valid: the strict parser must decide."""


def loads(data: bytes) -> object:
    """Return the value of a text that keeps every rule of the protocol's JSON, or raise NotProven."""
    return _proven(data, _encode, MAX_DEPTH)


def loads_canonical(data: bytes, depth: int = MAX_DEPTH) -> object:
    """Return the same of a text that is canonical as well and nested at most so deep, or raise NotProven."""
    return _prove_canonical(data, depth)


def check_bytes(data: bytes, depth: int = MAX_DEPTH) -> None:
    """Raise NotProven if a text may break a rule that its decoded value does not show."""
    # Escaped NUL, surrogates and combining marks cannot be seen in the bytes: texts with `\u` escapes are not
    # accepted here. The check for one byte comes first because it is much faster and most texts have no
    # escape.
    if (b"\\" in data and b"\\u" in data) or _has_long_number(data) or not _is_shallow(data, depth):
        raise NotProven


def normalized(data: bytes) -> str:
    """Return a text that is UTF-8 and NFC, or raise NotProven."""
    text = _text(data)
    if not unicodedata.is_normalized("NFC", text):
        raise NotProven
    return text


def _proven(data: bytes, encode: Callable[[object], bytes], depth: int) -> object:
    check_bytes(data, depth)
    normalized(data)
    value = _decode(data)
    if encode(value) != data:
        raise NotProven
    return value


def _prove_by_encoding(data: bytes, depth: int) -> object:
    return _proven(data, canonical, depth)


def _prove_by_keys(data: bytes, depth: int) -> object:
    """Check that a text is canonical by its keys and by the bytes between its strings."""
    if b"\\" in data:
        return _prove_by_encoding(data, depth)
    # Without an escape every quote begins or ends a string.
    between = b"".join(data.split(b'"')[::2])
    is_tight = b"-0" not in between and len(between.split(maxsplit=1)) == 1
    if not is_tight or _has_long_number(between) or not _is_shallow(between, depth):
        raise NotProven
    text = _text(data)
    value, objects = _OBJECTS.read(text)
    # A duplicate key is missing in its decoded object.
    is_unique = sum(map(len, objects)) == between.count(b":")
    is_sorted = all([list(item) == sorted(item) for item in objects if len(item) > 1])
    if not (is_unique and is_sorted and unicodedata.is_normalized("NFC", text)):
        raise NotProven
    return value


def _has_long_number(data: bytes) -> bool:
    """Return whether 16 digits occur where a number may begin; in a text they only cost speed."""
    digits = data.translate(_DIGITS)
    at = digits.find(_LONG_NUMBER)
    while at >= 0:
        start = at - (data[at - 1 : at] == b"-")
        if start == 0 or data[start - 1] in _BEFORE_NUMBER:
            return True
        at = digits.find(_LONG_NUMBER, at + 1)
    return False


def _is_shallow(data: bytes, depth: int) -> bool:
    """Return whether a text, if it is JSON, is nested at most so deep."""
    # The nesting depth is at most the number of opening brackets before, and of closing brackets after.
    # Brackets in texts only increase both numbers.
    brackets = data.translate(_SHAPE, _NO_BRACKET)
    half = len(brackets) // 2
    if brackets.count(b"{", 0, half) <= depth and brackets.count(b"}", half) <= depth:
        return True
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    shape = data.translate(_SHAPE, _NO_SHAPE).replace(b'""', b"")
    # A remaining quote separates brackets of texts from brackets of structure.
    if b'"' in shape:
        return False
    for _ in range(depth):
        if not shape:
            return True
        shape = shape.replace(b"{}", b"")
    return not shape


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise NotProven from None


def _refuse(_: str) -> object:
    raise NotProven


def _scan(decoder: json.JSONDecoder, text: str) -> object:
    try:
        value, end = decoder.raw_decode(text)
    except (ValueError, RecursionError):
        raise NotProven from None
    if end != len(text):
        raise NotProven
    return value


class _ObjectReader(threading.local):
    """Reads a text and each object in it; one reader a thread."""

    def __init__(self) -> None:
        self._objects: list[dict[str, object]] = []
        self._decoder = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse, object_hook=self._keep)

    def read(self, text: str) -> tuple[object, list[dict[str, object]]]:
        self._objects.clear()
        return _scan(self._decoder, text), self._objects

    def _keep(self, item: dict[str, object]) -> dict[str, object]:
        self._objects.append(item)
        return item


_OBJECTS = _ObjectReader()
_STDLIB_DECODER = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse)
_STDLIB_ENCODER = stdlib_encoder(sort_keys=False)


def _decode_by_stdlib(data: bytes) -> object:
    return _scan(_STDLIB_DECODER, _text(data))


def _encode_by_stdlib(value: object) -> bytes:
    return _STDLIB_ENCODER.encode(value).encode()


try:
    import msgspec
except ImportError:
    _decode: Callable[[bytes], object] = _decode_by_stdlib
    _encode: Callable[[object], bytes] = _encode_by_stdlib
    _prove_canonical: Callable[[bytes, int], object] = _prove_by_keys
else:
    _DECODER = msgspec.json.Decoder(float_hook=_refuse)

    def _decode_by_msgspec(data: bytes) -> object:
        try:
            value: object = _DECODER.decode(data)
        except (msgspec.DecodeError, RecursionError):
            raise NotProven from None
        return value

    _decode = _decode_by_msgspec
    _encode = msgspec.json.Encoder().encode
    _prove_canonical = _prove_by_encoding
