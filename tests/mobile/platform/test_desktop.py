"""A desktop tablet has no receiver and no camera, and knows where its pictures lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from field178_mobile.platform.desktop import DesktopPlatform


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


def test_desktop_reports_missing_receiver_and_camera():
    desktop, answers = DesktopPlatform({}), []
    desktop.ask_fix(answers.append)
    desktop.take_photo(answers.append)
    assert (desktop.has_receiver(), desktop.has_camera(), answers) == (False, False, [None, None])


def test_pictures_are_looked_for_where_they_usually_lie(home: Path):
    (home / "Pictures").mkdir()
    assert DesktopPlatform({}).photo_folders() == (home / "Pictures", home)


def test_a_named_folder_is_the_only_one_and_a_missing_one_falls_back(home: Path):
    (home / "cards").mkdir()
    named = {"FIELD178_PHOTO_DIR": str(home / "cards")}
    assert DesktopPlatform(named).photo_folders() == (home / "cards",)
    assert DesktopPlatform({"FIELD178_PHOTO_DIR": str(home / "gone")}).photo_folders() == (home,)
