"""Thumbnails of many files: the latest request first, a limited number, damaged files marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.mobile.photos import Slowly, jpeg

from field178_mobile.components.photos import thumbnails as module
from field178_mobile.components.photos.thumbnails import SIDE, Thumbnails
from field178_mobile.presentation.background import InPlace
from field178_mobile.presentation.bitmap import Bitmap

DOT = Bitmap(1, 1, b"\0\0\0")


class Bench:
    def __init__(self) -> None:
        self.worker = Slowly()
        self.made: list[str] = []
        self.thumbnails = Thumbnails(self.worker, self.make)
        self.ready: list[str] = []
        self.thumbnails.made = self.ready.append

    def make(self, path: Path) -> Bitmap:
        self.made.append(str(path))
        return DOT


def test_the_picture_seen_last_is_made_first_after_the_one_that_is_under_work():
    bench = Bench()
    for name in "abc":
        assert bench.thumbnails.of(name) is None
    assert len(bench.worker.waiting) == 1
    bench.worker.go()
    assert bench.made == bench.ready == ["a", "c", "b"]
    assert bench.thumbnails.of("b") == module.Thumbnail(DOT)


def test_thumbnails_scrolled_past_are_not_made(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_REQUESTED", 3)
    bench = Bench()
    for name in "abcdefgh":
        bench.thumbnails.of(name)
    bench.worker.go()
    assert bench.made == ["a", "h", "g", "f"]


def test_only_so_many_are_held_the_ones_looked_at_last(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_KEPT", 2)
    bench = Bench()
    for name in ("a", "b", "a", "c"):
        bench.thumbnails.of(name)
        bench.worker.go()
    assert bench.thumbnails.of("a")
    assert bench.thumbnails.of("b") is None


def test_nobody_looking_nothing_is_made_but_the_one_under_work():
    bench = Bench()
    for name in "abc":
        bench.thumbnails.of(name)
    bench.thumbnails.clear()
    bench.worker.go()
    assert bench.made == ["a"]


def test_a_picture_is_made_small_and_a_broken_or_missing_one_has_none(tmp_path: Path):
    (tmp_path / "room.jpg").write_bytes(jpeg(size=(1200, 900)))
    (tmp_path / "cut.jpg").write_bytes(jpeg(size=(1200, 900))[:900])
    (tmp_path / "note.png").write_bytes(b"no picture")
    thumbnails = Thumbnails(InPlace())
    made = thumbnails.of(str(tmp_path / "room.jpg"))
    assert made
    assert made.bitmap
    assert (made.bitmap.width, made.bitmap.height) == (SIDE, SIDE * 3 // 4)
    for name in ("cut.jpg", "note.png", "gone.jpg"):
        assert thumbnails.of(str(tmp_path / name)) == module.Thumbnail(None)
