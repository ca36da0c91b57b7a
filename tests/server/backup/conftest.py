"""An office with a photo, settings and keys, and a backup of it."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.server.backup.test_create import PICTURE, desk_of, settings_of, stored_picture
from tests.world import ESTABLISHMENT, UNIT, World

from field178_server.backup import create as backup
from field178_server.security.keyring import create_keys
from field178_server.settings import SETTINGS_FILE, Settings, write_settings_file

PASSWORD = "hop-thu-cua-van-phong-9317"
NAME = "Nhà nghỉ Sao Mai Rất Riêng"


@dataclass(frozen=True)
class BackedUp:
    """A backup folder, and what must not be readable in it, by name."""

    settings: Settings
    place: Path
    folder: Path
    canaries: dict[str, bytes]
    now: datetime


@pytest.fixture
def backed_up(sqlite_engine: Engine, tmp_path: Path) -> BackedUp:
    world, settings = World(sqlite_engine), settings_of(sqlite_engine, tmp_path)
    create_keys(settings.key_dir, random.Random(1).randbytes)
    write_settings_file(settings.data_dir / SETTINGS_FILE, {"FIELD178_SMTP_URL": f"smtp://u:{PASSWORD}@h"})
    stored_picture(world, settings.data_dir)
    world.tablet(UNIT).created({**ESTABLISHMENT, "name": NAME})
    taken = backup.create(settings, sqlite_engine, desk_of(world), tmp_path / "disk")
    assert taken.proof.faults == []
    canaries = {
        **{path.name: path.read_bytes() for path in settings.key_dir.glob("*.key")},
        "settings": PASSWORD.encode(),
        "establishment": NAME.encode(),
        "photo": PICTURE[len(PICTURE) // 2 :][:64],
        "hash of the photo": hashlib.sha256(PICTURE).hexdigest().encode(),
        "name of a table": b"establishment_row",
    }
    return BackedUp(settings, tmp_path, taken.folder, canaries, world.clock.now())
