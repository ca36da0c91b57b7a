"""A picture that comes in is taken by a screen, or deleted: it is in the clear and nobody screened it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from field178_mobile.features.photos.pending_pictures import Incoming


class Posts:
    """A drawing thread that works when it is told to."""

    def __init__(self) -> None:
        self.works: list[Callable[[], None]] = []

    def post(self, work: Callable[[], None]) -> None:
        self.works.append(work)


@pytest.fixture
def posts() -> Posts:
    return Posts()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "incoming.jpg"
    path.write_bytes(b"a face")
    return path


def asked(incoming: Incoming, taken: list[Path | None]) -> Callable[[Path | None], None]:
    """Ask the camera, and return how it answers."""
    cameras: list[Callable[[Path | None], None]] = []
    incoming.on_ui_thread(cameras.append)(taken.append)
    return cameras[0]


def test_a_picture_is_handed_over_on_the_drawing_thread(posts: Posts, picture: Path):
    taken: list[Path | None] = []
    asked(Incoming(posts), taken)(picture)
    assert taken == []
    posts.works.pop()()
    assert taken == [picture]
    assert picture.exists()


def test_giving_up_is_handed_over_too(posts: Posts):
    taken: list[Path | None] = []
    asked(Incoming(posts), taken)(None)
    posts.works.pop()()
    assert taken == [None]


def test_a_picture_that_comes_after_the_locking_is_deleted(posts: Posts, picture: Path):
    taken: list[Path | None] = []
    incoming = Incoming(posts)
    camera = asked(incoming, taken)
    incoming.close()
    camera(picture)
    assert (posts.works, taken, picture.exists()) == ([], [], False)


def test_a_picture_that_the_locking_overtakes_is_deleted_and_not_handed_over(posts: Posts, picture: Path):
    taken: list[Path | None] = []
    incoming = Incoming(posts)
    asked(incoming, taken)(picture)
    incoming.close()
    posts.works.pop()()
    assert (taken, picture.exists()) == ([], False)


def test_a_picture_that_a_screen_has_taken_is_its_own(posts: Posts, picture: Path):
    incoming = Incoming(posts)
    asked(incoming, [])(picture)
    posts.works.pop()()
    incoming.close()
    assert picture.exists()
