"""Choosing a picture from a computer's folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.mobile.inspection_world import words
from tests.mobile.photos import Slowly

from field178_mobile.components.photos import photo_folder
from field178_mobile.components.photos.photo_folder import FolderState, PhotoFolder
from field178_mobile.presentation.background import Background, InPlace


class Bench:
    def __init__(self, *places: Path, background: Background | None = None) -> None:
        self.states: list[FolderState] = []
        self.chosen: list[Path] = []
        given = background or InPlace()
        self.folder = PhotoFolder(places, given, words(), self.states.append, self.chosen.append)
        self.folder.show()

    def titles(self) -> list[str]:
        return [row.title for row in self.states[-1].rows]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "Pictures"
    (folder / "DCIM").mkdir(parents=True)
    for age, name in enumerate(("new.JPG", "old.png", "note.txt", ".hidden.jpg")):
        (folder / name).write_bytes(b"x" * 2000)
        os.utime(folder / name, (1_790_000_000 - age * 3600,) * 2)
    return folder


def test_folders_come_first_then_pictures_the_newest_first_and_nothing_else(pictures: Path):
    bench = Bench(pictures)
    assert bench.states[-1].title == "Pictures"
    assert bench.titles() == ["DCIM", "new.JPG", "old.png"]
    assert bench.states[-1].rows[1].sub.endswith("2 kB")


def test_a_folder_is_gone_into_and_left_again(pictures: Path):
    bench = Bench(pictures)
    bench.folder.open(str(pictures / "DCIM"))
    assert bench.states[-1].empty
    bench.folder.go_up()
    assert bench.titles()[0] == "DCIM"
    assert bench.chosen == []


def test_a_picture_is_chosen(pictures: Path):
    bench = Bench(pictures)
    bench.folder.open(str(pictures / "new.JPG"))
    assert bench.chosen == [pictures / "new.JPG"]


def test_a_folder_that_cannot_be_opened_says_so(pictures: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(_folder: Path) -> None:
        raise PermissionError

    bench = Bench(pictures)
    monkeypatch.setattr(os, "scandir", refuse)
    bench.folder.open(str(pictures / "DCIM"))
    assert bench.states[-1].empty == "Không mở được thư mục này."
    assert bench.states[-1].can_go_up


def test_pictures_beyond_the_shown_ones_are_counted(pictures: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(photo_folder, "MOST_ROWS", 2)
    bench = Bench(pictures)
    assert bench.titles() == ["DCIM", "new.JPG"]
    assert bench.states[-1].more == "Còn 1 tệp cũ hơn chưa hiện"


def test_a_folder_that_was_left_while_it_was_read_is_not_shown(pictures: Path):
    slow = Slowly()
    bench = Bench(pictures, background=slow)
    bench.folder.open(str(pictures / "DCIM"))
    slow.go()
    assert [state.title for state in bench.states] == ["DCIM"]
