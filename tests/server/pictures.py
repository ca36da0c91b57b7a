"""Files as a tablet makes them: clean pictures and documents, and unclean ones with hidden content."""

from __future__ import annotations

import hashlib
import io

from PIL import Image

from field178_server.attachments.storage.file_store import FileStore


def jpeg(width: int = 64, height: int = 48, *, seed: int = 0, **options: object) -> bytes:
    """A picture without anything beside it."""
    picture = Image.new("RGB", (width, height), ((seed * 37) % 256, (seed * 91) % 256, seed % 256))
    written = io.BytesIO()
    picture.save(written, "JPEG", **options)
    return written.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def bytes_of(store: FileStore, sha256: str) -> bytes | None:
    """What is stored under a hash; None: nothing."""
    try:
        with store.open(sha256) as file:
            return file.read()
    except FileNotFoundError:
        return None


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def with_segment(picture: bytes, marker: int, body: bytes) -> bytes:
    """The same picture with one more segment after its head."""
    return picture[:20] + segment(marker, body) + picture[20:]


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A document of one empty page and these objects more."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        *objects,
    ]
    written, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(bodies) + 1
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R %b>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, trailer, len(written))
    )


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %b>>\nstream\n%b\nendstream" % (len(data), more, data)
