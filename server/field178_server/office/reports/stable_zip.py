"""Containers of the same bytes for the same parts: no time of day, and no compression of a version."""

from __future__ import annotations

import io
import zipfile

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def stable(container: bytes) -> bytes:
    """Return a ZIP container (DOCX, XLSX) with its parts in their order, stored, under one fixed time."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as read, zipfile.ZipFile(out, "w") as written:
        for part in read.infolist():
            entry = zipfile.ZipInfo(part.filename, _FIRST_DAY)
            entry.create_system = 0
            written.writestr(entry, read.read(part))
    return out.getvalue()
