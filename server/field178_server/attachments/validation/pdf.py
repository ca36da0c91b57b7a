"""Validation of PDF: parsed strictly from start to end, so that no reader can find other content.

Accepts plain objects, one cross-reference table, one trailer, the end. Refuses whatever a lenient reader
would repair, and actions, scripts, forms, embedded files, encryption, metadata and compressed objects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from field178_server.attachments.validation.jpeg import Bytes, fault_of_jpeg

MAX_TOKENS = 200_000
_HEAD = re.compile(rb"%PDF-(?:1\.[0-7]|2\.0)[ \t]*\r?\n(?:%[^\r\n]{0,200}\r?\n)?")
_GAP = rb"(?:[\0\t\n\f\r ]++|%[^\r\n]{0,200}(?=[\r\n]))"
_OBJECT = re.compile(_GAP + rb"*+(\d{1,7}) \d{1,5} obj\b")
_NAME = rb"/[^\0\t\n\f\r ()<>\[\]{}/%#]*"
_TOKEN = re.compile(
    rb"%b|(<<|>>|[\[\]]|%b|<[0-9A-Fa-f\s]*>|[+-]?(?:\d+\.?\d*|\.\d+)|[A-Za-z]+)" % (_GAP, _NAME)
)
_IN_STRING = re.compile(rb"[()\\]")
_AFTER_STREAM = re.compile(rb"\r?\n?endstream[\0\t\n\f\r ]+endobj\b")
_ENTRIES = rb"(?:\d{10} \d{5} [nf](?: \r| \n|\r\n))++"
_SECTION = re.compile(rb"(\d+) (\d+)[ \t]*\r?\n(%b)" % _ENTRIES)
_TABLE = re.compile(_GAP + rb"*+xref[ \t]*\r?\n((?:\d+ \d+[ \t]*\r?\n%b)++)" % _ENTRIES)
_TRAILER = re.compile(rb"[\0\t\n\f\r ]*trailer\b")
_FINISH = re.compile(rb"[\0\t\n\f\r ]*startxref\s+(\d+)\s+%%EOF(?:\r?\n)?")
_ENTRY_BYTES = 20
_ACTIVE = frozenset(
    b"/JS /JavaScript /Launch /OpenAction /AA /GoToE /GoToR /URI /SubmitForm /ImportData /ResetForm "
    b"/AcroForm /XFA /RichMedia /Rendition /Movie /Sound /3D /Named /Thread /Hide /SetOCGState /Trans".split()
)
_ENCLOSED = frozenset(b"/EmbeddedFile /EmbeddedFiles /Filespec /EF /AF /Collection".split())
_REFUSED = (
    {name: "active_content" for name in _ACTIVE}
    | {name: "enclosed_file" for name in _ENCLOSED}
    | {b"/Encrypt": "encrypted", b"/ObjStm": "compressed_objects", b"/XRef": "compressed_objects"}
    | {b"/Metadata": "metadata", b"/PieceInfo": "metadata", b"/Author": "metadata", b"/Prev": "structure"}
)


class _PdfFault(Exception):
    """Fault of a document; the argument is the code of the problem."""


@dataclass(slots=True)
class _Document:
    """State of the parser of a document."""

    data: Bytes
    at: int = 0
    tokens: int = 0
    objects: dict[int, int] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    lengths: list[tuple[int, int, int]] = field(default_factory=list)


def fault_of_pdf(data: Bytes) -> str | None:
    """Return the problem of a document as a code, or None."""
    head = _HEAD.match(data)
    if head is None:
        return "not_pdf"
    document = _Document(data, head.end())
    try:
        while (opening := _OBJECT.match(data, document.at)) is not None:
            _read_object(document, int(opening[1]), opening.start(1), opening.end())
        _check_lengths(document)
        _read_end(document)
    except _PdfFault as fault:
        return str(fault)
    return None


def _read_object(document: _Document, number: int, start: int, at: int) -> None:
    if number in document.objects:
        raise _PdfFault("structure")
    document.objects[number] = start
    document.at = at
    body: list[bytes] = []
    while (token := _next_token(document)) not in (b"endobj", b"stream"):
        body.append(token)
    if token == b"stream":
        _skip_stream(document, body)
    elif len(body) == 1 and body[0].isdigit():
        document.numbers[number] = int(body[0])


def _next_token(document: _Document) -> bytes:
    """Return the next token; a string in parentheses is returned as `(`."""
    while True:
        document.tokens += 1
        if document.tokens > MAX_TOKENS:
            raise _PdfFault("too_many_objects")
        if document.data[document.at : document.at + 1] == b"(":
            _skip_string(document)
            return b"("
        match = _TOKEN.match(document.data, document.at)
        if match is None:
            raise _PdfFault("structure")
        document.at = match.end()
        if match[1] is not None:
            if (problem := _REFUSED.get(match[1])) is not None:
                raise _PdfFault(problem)
            return match[1]


def _skip_string(document: _Document) -> None:
    depth, at = 0, document.at
    while (match := _IN_STRING.search(document.data, at)) is not None:
        at = match.end() + (match[0] == b"\\")
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if depth == 0:
            document.at = at
            return
    raise _PdfFault("cut")


def _skip_stream(document: _Document, body: list[bytes]) -> None:
    data = document.data
    if body.count(b"/Length") != 1:
        raise _PdfFault("structure")
    mark = data[document.at : document.at + 2]
    start = document.at + (2 if mark == b"\r\n" else 1)
    if not mark.startswith((b"\r\n", b"\n")):
        raise _PdfFault("structure")
    index = body.index(b"/Length") + 1
    if body[index + 2 : index + 3] == [b"R"]:
        # The length is in another object: read to the first possible end, and compared at the end.
        end = data.find(b"endstream", start)
        document.lengths.append((int(body[index]), start, end))
        end -= 2 if data[end - 2 : end] == b"\r\n" else 1
    else:
        end = start + (int(body[index]) if body[index : index + 1] and body[index].isdigit() else 0)
    match = _AFTER_STREAM.match(data, max(end, start))
    if match is None:
        raise _PdfFault("structure")
    document.at = match.end()
    _check_picture(bytes(data[start:end]) if b"/DCTDecode" in body else None)


def _check_picture(picture: bytes | None) -> None:
    if picture is not None and (fault := fault_of_jpeg(picture)) is not None:
        raise _PdfFault(fault)


def _check_lengths(document: _Document) -> None:
    for number, start, end in document.lengths:
        rest = end - start - document.numbers.get(number, -1)
        if rest not in (0, 1, 2) or document.data[end - rest : end] not in (b"", b"\n", b"\r\n"):
            raise _PdfFault("structure")


def _read_end(document: _Document) -> None:
    data = document.data
    table = _TABLE.match(data, document.at)
    trailer = _TRAILER.match(data, table.end()) if table is not None else None
    if table is None or trailer is None:
        raise _PdfFault("structure")
    for section in _SECTION.finditer(table[1]):
        _check_section(document, int(section[1]), int(section[2]), section[3])
    document.at, depth = trailer.end(), 0
    while True:
        token = _next_token(document)
        depth += {b"<<": 1, b">>": -1}.get(token, 0)
        if depth == 0:
            break
    finish = _FINISH.match(data, document.at)
    if finish is None or not data[int(finish[1]) : int(finish[1]) + 4] == b"xref":
        raise _PdfFault("structure")
    if finish.end() != len(data):
        raise _PdfFault("trailing_bytes")


def _check_section(document: _Document, first: int, count: int, entries: bytes) -> None:
    if len(entries) != count * _ENTRY_BYTES:
        raise _PdfFault("structure")
    for index in range(count):
        entry = entries[index * _ENTRY_BYTES : (index + 1) * _ENTRY_BYTES]
        # An entry with another offset would refer to an object that was not checked.
        if entry[17:18] == b"n" and document.objects.get(first + index) != int(entry[:10]):
            raise _PdfFault("structure")
