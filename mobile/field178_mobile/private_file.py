"""Small files for this user's eyes only, replaced whole: a power cut leaves the old one or the new one."""

from __future__ import annotations

import json
import os
from pathlib import Path

from field178_mobile.ports import Json
from field178_shared.fsync import make_folder, sync_folder


def write_private(path: Path, content: bytes) -> None:
    """Replace a file durably; it is readable by its owner only at every moment."""
    make_folder(path.parent)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def read_json(path: Path) -> Json:
    """Return the JSON object of a file, empty if the file is missing."""
    if not path.exists():
        return {}
    value = json.loads(path.read_bytes())
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: Json) -> None:
    """Replace a file by an object, durably."""
    write_private(path, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode())
