"""ZIP containers with equal bytes for equal parts: fixed timestamp, no compression."""

from __future__ import annotations

import io
import zipfile

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def stable(container: bytes) -> bytes:
    """Return a ZIP file (DOCX, XLSX) with its parts uncompressed and under one fixed timestamp."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as read, zipfile.ZipFile(out, "w") as written:
        for part in read.infolist():
            entry = zipfile.ZipInfo(part.filename, _FIRST_DAY)
            entry.create_system = 0
            written.writestr(entry, read.read(part))
    return out.getvalue()
