"""CSV and tab-separated files: encoding, separator and rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

from field178_server.office.register_import.reading.refusal import refused
from field178_server.office.register_import.reading.sheet import (
    MAX_COLUMNS,
    MAX_ROWS,
    FileSheet,
    SheetRow,
    cleaned,
)
from field178_server.office.register_import.reading.tcvn3 import from_tcvn3
from field178_shared.text.normalisation import fold, nfc

_SEPARATORS = (",", ";", "\t", "|")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SAMPLE_LINES = 60
_NUL_SHARE = 4
# Words of almost every register; two of them confirm the choice of a one-byte encoding.
_WORDS = (" co so ", " dia chi ", " ten ", " nha ", " nghi ", " xa ", " phuong ", " loai hinh ", " ghi chu ")


def read_delimited(file: BinaryIO, name: str) -> FileSheet:
    """Return the table of a text file; raises AppError(register_file)."""
    text = _decoded(file.read())
    if "\0" in text:
        raise refused("not_a_table")
    return FileSheet(name, _rows(text, _separator(text)))


def _decoded(data: bytes) -> str:
    for bom, code in _BOMS:
        if data.startswith(bom):
            return _strictly(data, code)
    sample = data[:4096]
    if sample.count(0) * _NUL_SHARE > len(sample):
        return _strictly(data, "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _one_byte(data)


def _strictly(data: bytes, code: str) -> str:
    try:
        return data.decode(code)
    except UnicodeDecodeError:
        raise refused("unknown_code") from None


def _one_byte(data: bytes) -> str:
    """Return the text in the one-byte encoding in which it contains words of a register."""
    decoders: tuple[Callable[[bytes], str], ...] = (
        _windows_1258,
        lambda raw: from_tcvn3(raw.decode("latin-1")),
    )
    counts = [(_known_words(decode(data[:20_000])), decode) for decode in decoders]
    word_count, decode = max(counts, key=lambda count: count[0])
    if word_count < 2:  # see _WORDS
        raise refused("unknown_code")
    return decode(data)


def _windows_1258(data: bytes) -> str:
    return nfc(data.decode("cp1258", "replace"))


def _known_words(text: str) -> int:
    # In a wrong encoding letters do not fold to plain ones, so that words do not match.
    folded = f" {' '.join(''.join(c if c.isalnum() else ' ' for c in fold(text)).split())} "
    return sum(word in folded for word in _WORDS) if "\ufffd" not in text else 0


def _separator(text: str) -> str:
    first = text[:80].splitlines()[0].lower() if text else ""
    if first.startswith("sep=") and len(first) > 4:  # what Excel writes: sep=;
        return first[4]
    lines = text[:100_000].splitlines()[:_SAMPLE_LINES]
    return max(
        _SEPARATORS, key=lambda separator: sorted(line.count(separator) for line in lines)[len(lines) // 2 :]
    )


def _rows(text: str, separator: str) -> Iterator[SheetRow]:
    # An unclosed quote makes the rest of the file one cell; the reader's field limit ends it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    count = 0
    try:
        for cells in reader:
            row = SheetRow(count + 1, tuple(cleaned(cell) for cell in cells[:MAX_COLUMNS]))
            count += 1
            if count > MAX_ROWS:
                raise refused("too_many_rows", limit=MAX_ROWS)
            if not row.is_blank and not (count == 1 and row.texts[0].lower().startswith("sep=")):
                yield row
    except csv.Error:
        raise refused("not_a_table") from None
