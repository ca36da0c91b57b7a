"""Previews of photos are smaller and without metadata; an unreadable file has none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from unittest.mock import patch

from PIL import Image
from sqlalchemy import Engine
from tests.server.pictures import jpeg

from field178_server.attachments.previews import MAX_SIDE, make_preview
from field178_server.attachments.validation.jpeg import fault_of_jpeg
from field178_server.database.failpoints import CRASH_AT
from field178_server.security.clear_copies import remove_abandoned


def source(folder: Path, data: bytes) -> Callable[[], BinaryIO]:
    path = folder / "source"
    path.write_bytes(data)
    return lambda: path.open("rb")


def test_a_large_photo_becomes_a_smaller_clean_one(tmp_path: Path) -> None:
    target = tmp_path / "ab" / "preview.jpg"
    assert make_preview(source(tmp_path, jpeg(3200, 1000)), tmp_path, "ab/preview.jpg")
    with Image.open(target) as preview:
        assert preview.size == (MAX_SIDE, 500)
    assert fault_of_jpeg(target.read_bytes()) is None
    assert [path.name for path in target.parent.iterdir()] == ["preview.jpg"]


def test_small_photo_is_encoded_again_too(tmp_path: Path) -> None:
    data, target = jpeg(40, 30, quality=100), tmp_path / "preview.jpg"
    assert make_preview(source(tmp_path, data), tmp_path, "preview.jpg")
    assert target.read_bytes() != data


def test_a_photo_erased_meanwhile_leaves_no_preview(tmp_path: Path) -> None:
    photo, target = source(tmp_path, jpeg(40, 30)), tmp_path / "ab" / "preview.jpg"
    replace = os.replace

    def erase_first(made: str, named: Path) -> None:
        (tmp_path / "source").unlink()
        replace(made, named)

    with patch("os.replace", erase_first):
        assert not make_preview(photo, tmp_path, "ab/preview.jpg")
    assert list(target.parent.iterdir()) == []


def test_killed_process_leaves_a_part_only_where_it_is_swept(tmp_path: Path, sqlite_engine: Engine) -> None:
    (tmp_path / "photo").write_bytes(jpeg(40, 30))
    made = "from pathlib import Path; from field178_server.attachments.previews import make_preview;"
    call = "make_preview(lambda: open('photo', 'rb'), Path('.'), 'previews/preview.jpg')"
    done = subprocess.run(
        [sys.executable, "-c", made + call],
        env={**os.environ, CRASH_AT: "preview.written"},
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert list((tmp_path / "previews").iterdir()) == []
    assert remove_abandoned(sqlite_engine, tmp_path)


def test_a_preview_is_made_once(tmp_path: Path) -> None:
    target = tmp_path / "preview.jpg"
    target.write_bytes(b"made before")
    assert make_preview((tmp_path / "no such photo").open, tmp_path, "preview.jpg")
    assert target.read_bytes() == b"made before"


def test_unreadable_photo_has_no_preview(tmp_path: Path) -> None:
    target = tmp_path / "preview.jpg"
    for data in (b"", b"%PDF-1.4", jpeg()[:300]):
        assert not make_preview(source(tmp_path, data), tmp_path, "preview.jpg")
    assert not target.exists()


def test_a_bomb_is_not_decoded(tmp_path: Path) -> None:
    data = jpeg()
    at = data.index(b"\xff\xc0") + 5
    bomb = data[:at] + b"\x20\x00\x20\x00" + data[at + 4 :]
    assert not make_preview(source(tmp_path, bomb), tmp_path, "preview.jpg")
