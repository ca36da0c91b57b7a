"""Validation of JPEG: the file MUST be exactly one picture, checked without decoding it.

Of the application segments and comments (EXIF and GPS, XMP, colour profiles, previews) only the plain JFIF
header is accepted. The length of every table MUST match its content, so that it cannot hide other data.
"""

from __future__ import annotations

import mmap
import re
import struct

Bytes = bytes | mmap.mmap

MAX_PIXELS = 24_000_000
MAX_SIDE = 16_000
_START, _END = b"\xff\xd8", b"\xff\xd9"
_JFIF = 0xE0
_DQT, _DHT, _DRI, _SOS = 0xDB, 0xC4, 0xDD, 0xDA
# Baseline, extended and progressive, Huffman coded.
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_SEGMENTS = frozenset({_DQT, _DHT, _DRI, _SOS}) | _FRAMES
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7]")
# The end of a ZIP archive, which archive readers search from the end of the file.
_ARCHIVE_END = b"PK\x05\x06\x00\x00\x00\x00"
_ARCHIVE_TAIL_BYTES = (64 << 10) + 22
_DOCUMENT_HEAD_BYTES = 1024


def fault_of_jpeg(data: Bytes) -> str | None:
    """Return the problem of a picture as a code, or None."""
    if data[:3] != _START + b"\xff":
        return "not_jpeg"
    if _is_something_else_too(data):
        return "polyglot"
    try:
        return _fault_of_segments(data)
    except (IndexError, struct.error):
        return "cut"


def _is_something_else_too(data: Bytes) -> bool:
    return _ARCHIVE_END in data[-_ARCHIVE_TAIL_BYTES:] or b"%PDF-" in data[:_DOCUMENT_HEAD_BYTES]


def _fault_of_segments(data: Bytes) -> str | None:
    at, has_frame, has_scan = len(_START), False, False
    while data[at : at + 2] != _END:
        marker = _marker_at(data, at)
        length = struct.unpack_from(">H", data, at + 2)[0]
        body = data[at + 4 : at + 2 + length]
        if len(body) != length - 2 or (has_frame and marker in _FRAMES):
            return "structure"
        if (fault := _fault_of_segment(marker, body, is_first=at == len(_START))) is not None:
            return fault
        at += 2 + length
        has_frame |= marker in _FRAMES
        if marker == _SOS:
            has_scan = True
            at = _end_of_scan(data, at)
    if not (has_frame and has_scan):
        return "structure"
    return None if at + len(_END) == len(data) else "trailing_bytes"


def _marker_at(data: Bytes, at: int) -> int:
    if data[at] != 0xFF:
        return 0
    return data[at + 1]


def _fault_of_segment(marker: int, body: bytes, *, is_first: bool) -> str | None:
    if marker == _JFIF and is_first and _is_plain_jfif(body):
        return None
    if 0xE0 <= marker <= 0xEF or marker == 0xFE:
        return "metadata"
    if marker not in _SEGMENTS:
        return "structure"
    if marker in _FRAMES:
        return _fault_of_frame(body)
    return None if _FITS[marker](body) else "structure"


def _is_plain_jfif(body: bytes) -> bool:
    # 16 bytes including the length; the last two are the size of an embedded preview: none.
    return len(body) == 14 and body.startswith(b"JFIF\x00") and body.endswith(b"\x00\x00")


def _fault_of_frame(body: bytes) -> str | None:
    precision, height, width, components = struct.unpack_from(">BHHB", body)
    if precision != 8 or components not in (1, 3) or len(body) != 6 + 3 * components:
        return "structure"
    if not (height and width):
        return "structure"
    is_large = height * width > MAX_PIXELS or max(height, width) > MAX_SIDE
    return "too_many_pixels" if is_large else None


def _fits_quantization(body: bytes) -> bool:
    at = 0
    while at < len(body):
        at += 129 if body[at] >> 4 else 65
    return at == len(body) > 0


def _fits_huffman(body: bytes) -> bool:
    at = 0
    while at < len(body):
        counts = body[at + 1 : at + 17]
        if len(counts) != 16 or sum(counts) > 256:
            return False
        at += 17 + sum(counts)
    return at == len(body) > 0


def _fits_scan(body: bytes) -> bool:
    return body[0] in (1, 2, 3) and len(body) == 4 + 2 * body[0]


_FITS = {
    _DQT: _fits_quantization,
    _DHT: _fits_huffman,
    _DRI: lambda body: len(body) == 2,
    _SOS: _fits_scan,
}


def _end_of_scan(data: Bytes, at: int) -> int:
    marker = _AFTER_SCAN.search(data, at)
    if marker is None:
        raise IndexError
    return marker.start()
