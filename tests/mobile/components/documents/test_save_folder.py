"""Choice of the folder for papers: free space and rights are checked before a save."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.mobile.inspection_world import words

from field178_mobile.components.documents.save_folder import LEAST_FREE_BYTES, SaveFolder, SaveFolderState

UNWRITABLE = Path("/proc")


class Bench:
    def __init__(self, *places: Path, folder: Path | None = None) -> None:
        self.states: list[SaveFolderState] = []
        self.chosen: list[Path] = []
        self.page = SaveFolder(places, words(), self.states.append, self.chosen.append)
        self.page.start(folder or places[0])

    @property
    def state(self) -> SaveFolderState:
        return self.states[-1]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    for name in ("Documents/2026", "Documents/.hidden", "usb"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "Documents" / "note.txt").write_text("x")
    return tmp_path / "Documents"


def test_a_folder_is_found_and_taken(documents: Path):
    bench = Bench(documents, documents.parent / "usb")
    assert [folder.label for folder in bench.state.folders] == ["2026"]
    assert [place.is_chosen for place in bench.state.places] == [True, False]
    bench.page.open(str(documents / "2026"))
    bench.page.go_up()
    bench.page.open(str(documents / "2026"))
    assert bench.state.path == str(documents / "2026")
    bench.page.take()
    assert bench.chosen == [documents / "2026"]
    assert list((documents / "2026").iterdir()) == []


def test_its_room_is_shown(documents: Path, monkeypatch: pytest.MonkeyPatch):
    usage = shutil.disk_usage(documents)
    for free, label in ((12_400_000_000, "Còn trống 12 GB"), (640_000_000, "Còn trống 640 MB")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder, free=free: usage._replace(free=free))
        assert Bench(documents).state.free_space == label


def test_a_full_drive_is_refused_before_anything_is_saved(documents: Path, monkeypatch: pytest.MonkeyPatch):
    usage = shutil.disk_usage(documents)._replace(free=LEAST_FREE_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    bench = Bench(documents)
    assert bench.state.problem.startswith("Ở đây đã hết chỗ")
    bench.page.take()
    assert bench.chosen == []


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_saved(documents: Path):
    bench = Bench(UNWRITABLE, documents)
    assert bench.state.problem == "Không ghi được vào thư mục này. Hãy chọn thư mục khác."
    assert not bench.state.can_take
    assert not bench.state.can_make
    bench.page.take()
    assert bench.chosen == []
    bench.page.open(str(documents))
    assert bench.state.can_take


def test_a_drive_pulled_out_meanwhile_is_refused(documents: Path):
    bench = Bench(documents.parent / "usb")
    (documents.parent / "usb").rmdir()
    bench.page.take()
    assert bench.chosen == []
    assert bench.state.problem


def test_a_chosen_folder_that_is_gone_gives_way_to_a_place(documents: Path):
    bench = Bench(documents, folder=documents.parent / "gone")
    assert bench.state.path == str(documents)


def test_a_folder_for_minutes_is_made_and_gone_into(documents: Path):
    bench = Bench(documents)
    assert bench.state.can_make
    bench.page.make()
    assert bench.state.path == str(documents / "Biên bản")
    assert not bench.state.can_make
    bench.page.go_up()
    assert not bench.state.can_make
