"""Fast path of strict JSON: a text that equals the encoding of its own value byte for byte is accepted.

Duplicate keys, odd escapes, white space, `-0` and the like would all come out shorter or longer, so one
comparison proves their absence. What it cannot see (floats, large numbers, depth, NFC) is looked for in the
bytes. Whatever is not proven here is no fault yet: `strict_json` reads it slowly and points at the fault.
"""

from __future__ import annotations

import unicodedata

from field178_shared.wire.protocol import MAX_DEPTH

try:
    import msgspec
except ImportError:  # a tablet without it reads everything the slow way
    msgspec = None  # type: ignore[assignment]

# Shorter numbers are within 2^53-1.
_LONG_NUMBER = b"0" * 16
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_BEFORE_NUMBER = b"[,:"
_SHAPE = bytes.maketrans(b"[]", b"{}")
_NO_SHAPE = bytes(set(range(256)) - set(b'{}[]"'))


class NotProven(Exception):
    """The text is not known to be valid: it needs the strict parser."""


def loads(data: bytes) -> object:
    """Return the value of a text that keeps every rule of the protocol's JSON, or raise NotProven."""
    # An escaped NUL, surrogate or combining mark would be decoded unseen: no such text is proven here.
    if msgspec is None or b"\\u" in data or _has_long_number(data):
        raise NotProven
    try:
        value: object = _DECODER.decode(data)
        text = data.decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotProven from None
    is_same = _ENCODER.encode(value) == data
    if not (is_same and unicodedata.is_normalized("NFC", text) and _is_shallow(data)):
        raise NotProven
    return value


def _has_long_number(data: bytes) -> bool:
    """Return whether 16 digits stand where a number may begin; in a text this only costs the quick way."""
    digits = data.translate(_DIGITS)
    at = digits.find(_LONG_NUMBER)
    while at >= 0:
        start = at - (data[at - 1 : at] == b"-")
        if start == 0 or data[start - 1] in _BEFORE_NUMBER:
            return True
        at = digits.find(_LONG_NUMBER, at + 1)
    return False


def _is_shallow(data: bytes) -> bool:
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    shape = data.translate(_SHAPE, _NO_SHAPE).replace(b'""', b"")
    # A remaining quote separates brackets of texts from brackets of structure.
    if b'"' in shape:
        return False
    for _ in range(MAX_DEPTH):
        if not shape:
            return True
        shape = shape.replace(b"{}", b"")
    return not shape


def _refuse_float(_: str) -> object:
    raise NotProven


if msgspec is not None:
    _DECODER = msgspec.json.Decoder(float_hook=_refuse_float)
    _ENCODER = msgspec.json.Encoder()
