"""Folders whose names outlast a power cut."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from field178_shared.fsync import make_folder, sync_folder


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    real, synced_paths = os.fsync, []

    def fsync(descriptor: int) -> None:
        synced_paths.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return synced_paths


def test_every_folder_that_was_made_has_its_name_on_the_disk(tmp_path: Path, synced: list[Path]) -> None:
    make_folder(tmp_path / "a" / "b")
    assert synced == [tmp_path, tmp_path / "a"]
    assert all((tmp_path / name).stat().st_mode & 0o777 == 0o700 for name in ("a", "a/b"))


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path, synced: list[Path]) -> None:
    tmp_path.chmod(0o755)
    make_folder(tmp_path)
    assert synced == []
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_the_names_in_a_folder_are_synced(tmp_path: Path, synced: list[Path]) -> None:
    sync_folder(tmp_path)
    assert synced == [tmp_path]
