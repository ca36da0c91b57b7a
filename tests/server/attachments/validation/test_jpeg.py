"""Clean pictures pass as any encoder writes them; whatever else is in the file is found."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.pictures import jpeg, segment, with_segment

from field178_server.attachments.validation.jpeg import fault_of_jpeg

CLEAN = jpeg()


def archive() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as zipped:
        zipped.writestr("a.txt", "a")
    return written.getvalue()


@pytest.mark.parametrize(
    "options", [{}, {"quality": 30}, {"progressive": True}, {"optimize": True}, {"restart_marker_blocks": 1}]
)
def test_a_clean_picture_passes(options: dict[str, object]) -> None:
    assert fault_of_jpeg(jpeg(320, 200, **options)) is None


@pytest.mark.parametrize(
    ("marker", "body"),
    [
        (0xE1, b"Exif\0\0MM\0*"),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
        (0xE2, b"ICC_PROFILE\0"),
        (0xED, b"Photoshop 3.0\0"),
        (0xEE, b"Adobe\0d\0\0\0\0\0"),
        (0xE0, b"JFXX\0\x10"),
        (0xFE, b"taken by"),
    ],
)
def test_a_segment_that_may_tell_more_is_metadata(marker: int, body: bytes) -> None:
    assert fault_of_jpeg(with_segment(CLEAN, marker, body)) == "metadata"


def test_data_hidden_by_an_encoder_is_detected() -> None:
    assert fault_of_jpeg(jpeg(exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")) == "metadata"
    assert fault_of_jpeg(jpeg(comment=b"x")) == "metadata"


def test_a_preview_inside_the_head_is_metadata() -> None:
    head = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01abc")
    assert fault_of_jpeg(CLEAN[:2] + head + CLEAN[20:]) == "metadata"


@pytest.mark.parametrize("tail", [b"\n", b"<script>", CLEAN, b"\xff\xd9"])
def test_bytes_after_the_end_are_refused(tail: bytes) -> None:
    assert fault_of_jpeg(CLEAN + tail) == "trailing_bytes"


def test_archive_inside_is_detected_at_any_position() -> None:
    scan_end = len(CLEAN) - 2
    assert fault_of_jpeg(CLEAN + archive()) == "polyglot"
    assert (
        fault_of_jpeg(CLEAN[:scan_end] + archive().replace(b"\xff", b"\xff\0") + CLEAN[scan_end:])
        == "polyglot"
    )


def test_document_head_inside_is_detected() -> None:
    scan_end = len(CLEAN) - 2
    hidden = b"%PDF-1.4\n"
    assert fault_of_jpeg(CLEAN[:scan_end] + hidden + CLEAN[scan_end:]) == "polyglot"


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"<svg/>", b"%PDF-1.4", b"\x00" * 100],
)
def test_file_that_is_no_jpeg_is_refused(data: bytes) -> None:
    assert fault_of_jpeg(data) == "not_jpeg"


def test_a_bomb_is_refused_by_its_head_alone() -> None:
    at = CLEAN.index(b"\xff\xc0") + 5
    assert fault_of_jpeg(CLEAN[:at] + b"\xff\xff\xff\xff" + CLEAN[at + 4 :]) == "too_many_pixels"
    assert fault_of_jpeg(CLEAN[:at] + b"\0\0\0\x10" + CLEAN[at + 4 :]) == "structure"


def test_tables_with_room_to_hide_in_are_refused() -> None:
    for marker in (b"\xff\xdb", b"\xff\xc4"):
        at = CLEAN.index(marker)
        length = int.from_bytes(CLEAN[at + 2 : at + 4], "big")
        longer = (length + 3).to_bytes(2, "big")
        body = CLEAN[at + 4 : at + 2 + length]
        assert (
            fault_of_jpeg(CLEAN[: at + 2] + longer + body + b"abc" + CLEAN[at + 2 + length :]) == "structure"
        )


@given(cut=st.integers(0, len(CLEAN) - 1))
def test_a_cut_picture_is_refused(cut: int) -> None:
    assert fault_of_jpeg(CLEAN[:cut]) is not None


@given(st.binary(max_size=400))
def test_any_bytes_are_answered(data: bytes) -> None:
    assert fault_of_jpeg(b"\xff\xd8\xff" + data) is not None
