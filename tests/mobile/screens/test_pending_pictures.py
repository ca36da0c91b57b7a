"""A picture that comes in is taken by a screen, or deleted: it is in the clear and nobody screened it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from field178_mobile.components.photos.pending_pictures import PendingPictures


class Posts:
    """A drawing thread whose work a test runs."""

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


def camera_of(pending_pictures: PendingPictures, taken: list[Path | None]) -> Callable[[Path | None], None]:
    """Ask the camera for a picture and return the function that answers."""
    cameras: list[Callable[[Path | None], None]] = []
    pending_pictures.on_ui_thread(cameras.append)(taken.append)
    return cameras[0]


def test_a_picture_is_handed_over_on_the_drawing_thread(posts: Posts, picture: Path):
    taken: list[Path | None] = []
    camera_of(PendingPictures(posts), taken)(picture)
    assert taken == []
    posts.works.pop()()
    assert taken == [picture]
    assert picture.exists()


def test_giving_up_is_handed_over_too(posts: Posts):
    taken: list[Path | None] = []
    camera_of(PendingPictures(posts), taken)(None)
    posts.works.pop()()
    assert taken == [None]


def test_a_picture_that_comes_after_the_locking_is_deleted(posts: Posts, picture: Path):
    taken: list[Path | None] = []
    pending_pictures = PendingPictures(posts)
    camera = camera_of(pending_pictures, taken)
    pending_pictures.close()
    camera(picture)
    assert (posts.works, taken, picture.exists()) == ([], [], False)


def test_a_picture_that_the_locking_overtakes_is_deleted_and_not_handed_over(posts: Posts, picture: Path):
    taken: list[Path | None] = []
    pending_pictures = PendingPictures(posts)
    camera_of(pending_pictures, taken)(picture)
    pending_pictures.close()
    posts.works.pop()()
    assert (taken, picture.exists()) == ([], False)


def test_a_picture_that_a_screen_has_taken_is_its_own(posts: Posts, picture: Path):
    pending_pictures = PendingPictures(posts)
    camera_of(pending_pictures, [])(picture)
    posts.works.pop()()
    pending_pictures.close()
    assert picture.exists()
