"""Reading of an uploaded file; its kind is recognized by its first bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from field178_server.office.register_import.reading.delimited import read_delimited
from field178_server.office.register_import.reading.refusal import refused
from field178_server.office.register_import.reading.register_workbook import read_workbook
from field178_server.office.register_import.reading.sheet import FileSheet

# Lower than the server's limit of a request.
MAX_BYTES = 8_000_000
_ZIP = b"PK"
# Workbooks of Excel up to 2003, and workbooks with a password.
_COMPOUND = b"\xd0\xcf\x11\xe0"
_FOREIGN = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"<html", b"<!DOCTYPE")


def read_tables(file: BinaryIO, name: str) -> Iterator[FileSheet]:
    """Yield the tables of a file, each to be read before the next; raises AppError(register_file)."""
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(16)
    file.seek(0)
    if size > MAX_BYTES:
        raise refused("too_large", limit=MAX_BYTES)
    if not start.strip():
        raise refused("empty")
    if start.startswith(_COMPOUND):
        raise refused("old_or_locked")
    if start.startswith(_ZIP):
        return read_workbook(file)
    if start.lstrip().startswith(_FOREIGN):
        raise refused("not_a_table")
    return iter([read_delimited(file, name)])
