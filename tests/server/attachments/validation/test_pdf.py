"""Plain documents pass; whatever acts, hides, or is seen differently by another reader is refused."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.server.pictures import jpeg, pdf, stream, with_segment

from field178_server.attachments.validation.pdf import MAX_TOKENS, fault_of_pdf

CLEAN = pdf(stream(b"BT (a) Tj ET"))


def test_a_plain_document_passes() -> None:
    assert fault_of_pdf(pdf()) is None
    assert fault_of_pdf(CLEAN) is None
    assert fault_of_pdf(pdf(b"(endobj \\) stream (deep))", b"<414243>", b"[1 -2.5 .5 true null]")) is None


def test_stream_whose_length_is_in_another_object_is_accepted() -> None:
    assert fault_of_pdf(pdf(b"<< /Length 5 0 R >>\nstream\nabcd\nendstream", b"4")) is None
    assert fault_of_pdf(pdf(b"<< /Length 5 0 R >>\nstream\nabcd\nendstream", b"1")) == "structure"


def test_a_scan_passes_and_its_picture_is_looked_into() -> None:
    filter_ = b"/Filter /DCTDecode "
    assert fault_of_pdf(pdf(stream(jpeg(), filter_))) is None
    unclean = with_segment(jpeg(), 0xE1, b"Exif\0\0MM\0*")
    assert fault_of_pdf(pdf(stream(unclean, filter_))) == "metadata"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>", "active_content"),
        (b"<< /S /Launch /F (cmd.exe) >>", "active_content"),
        (b"<< /OpenAction 3 0 R >>", "active_content"),
        (b"<< /AA << >> >>", "active_content"),
        (b"<< /S /URI /URI (http://example.org) >>", "active_content"),
        (b"<< /Type /EmbeddedFile >>", "enclosed_file"),
        (b"<< /Type /Filespec /EF 4 0 R >>", "enclosed_file"),
        (b"<< /Metadata 5 0 R >>", "metadata"),
        (b"<< /Author (x) >>", "metadata"),
        (stream(b"x", b"/Type /ObjStm "), "compressed_objects"),
        (b"<< /S /J#61vaScript >>", "structure"),
        (b"<< /A (never closed >>", "cut"),
    ],
)
def test_active_or_hidden_content_is_refused(body: bytes, problem: str) -> None:
    assert fault_of_pdf(pdf(body)) == problem


def test_an_encrypted_document_is_refused() -> None:
    assert fault_of_pdf(pdf(trailer=b"/Encrypt 3 0 R ")) == "encrypted"


def test_a_document_that_was_added_to_is_refused() -> None:
    assert fault_of_pdf(pdf(trailer=b"/Prev 9 ")) == "structure"
    assert fault_of_pdf(CLEAN + CLEAN) == "trailing_bytes"


@pytest.mark.parametrize("tail", [b"PK\x05\x06", b"\n\n", b" ", b"x"])
def test_bytes_after_the_end_are_refused(tail: bytes) -> None:
    assert fault_of_pdf(CLEAN + tail) == "trailing_bytes"


def test_an_object_hidden_in_a_stream_cannot_be_reached() -> None:
    hidden = b"9 0 obj\n<< /S /JavaScript >>\nendobj\n"
    document = pdf(stream(hidden))
    assert fault_of_pdf(document) is None
    entry = b"%010d 00000 n \n" % document.index(b"4 0 obj")
    elsewhere = b"%010d 00000 n \n" % document.index(hidden)
    assert fault_of_pdf(document.replace(entry, elsewhere)) == "structure"


def test_stream_longer_or_shorter_than_its_length_is_refused() -> None:
    assert fault_of_pdf(CLEAN.replace(b"/Length 12", b"/Length 11")) == "structure"
    assert fault_of_pdf(CLEAN.replace(b"/Length 12", b"/Length 99")) == "structure"
    assert fault_of_pdf(CLEAN.replace(b"/Length 12", b"/Length -1")) == "structure"
    assert fault_of_pdf(CLEAN.replace(b"/Length 12", b"/Longer 12")) == "structure"


@pytest.mark.parametrize("data", [b"", b"%PDF-", b" " + CLEAN, b"GIF89a" + CLEAN, b"\xff\xd8\xff" + CLEAN])
def test_file_without_the_head_of_a_document_is_refused(data: bytes) -> None:
    assert fault_of_pdf(data) == "not_pdf"


def test_a_document_without_end_is_read_for_a_bounded_time() -> None:
    assert fault_of_pdf(b"%PDF-1.4\n1 0 obj\n" + b"[" * (MAX_TOKENS + 9)) == "too_many_objects"


@given(cut=st.integers(0, len(CLEAN) - 2))
def test_a_cut_document_is_refused(cut: int) -> None:
    assert fault_of_pdf(CLEAN[:cut]) is not None


@given(at=st.integers(0, len(CLEAN)), data=st.binary(min_size=1, max_size=60))
def test_any_bytes_are_answered(at: int, data: bytes) -> None:
    fault_of_pdf(CLEAN[:at] + data + CLEAN[at:])


def test_a_document_of_a_common_encoder_passes() -> None:
    written = io.BytesIO()
    Image.new("RGB", (32, 32)).save(written, "PDF")
    assert fault_of_pdf(written.getvalue()) is None
