"""Previews of photos for browsers: smaller pictures encoded by the server, never the uploaded bytes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from field178_server.attachments.validation.jpeg import MAX_PIXELS
from field178_server.database.failpoints import failpoint
from field178_server.security.clear_copies import working_folder
from field178_shared.fsync import make_folder

PREVIEWS = "previews"
MAX_SIDE = 1600
_QUALITY = 80


def preview_name(tenant_id: str, sha256: str) -> str:
    """Return the path of a preview below the data folder."""
    return f"{PREVIEWS}/{tenant_id}/{sha256[:2]}/{sha256}.jpg"


def make_preview(opened: Callable[[], BinaryIO], data_dir: Path, name: str) -> bool:
    """Create the preview of a stored photo if it is missing; return False if the photo cannot be read.

    Previews can be created again at any time: they are not in backups and not synced to disk.
    """
    target = data_dir / name
    if target.is_file():
        return True
    with opened() as source:
        picture = _smaller(source)
    if picture is None:
        return False
    make_folder(target.parent)
    with working_folder(data_dir) as work:
        with tempfile.NamedTemporaryFile(dir=work, delete=False) as file:
            file.write(picture)
        failpoint("preview.written")
        # Rename only the complete file: another request may look for it meanwhile.
        os.replace(file.name, target)
    try:
        opened().close()
    except FileNotFoundError:
        # The photo was erased meanwhile, when its preview did not exist yet.
        target.unlink(missing_ok=True)
        return False
    return True


def _smaller(source: BinaryIO) -> bytes | None:
    # Imported here: only previews need the image library.
    from io import BytesIO

    from PIL import Image

    try:
        with Image.open(source, formats=("JPEG",)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return None
            picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
            plain = picture.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None
    plain.thumbnail((MAX_SIDE, MAX_SIDE))
    written = BytesIO()
    plain.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()
