"""States of photos and the picker."""

from __future__ import annotations

from tests.mobile.inspection_world import (
    CAFE,
)
from tests.mobile.screens.posing import WITH_PHOTOS, Pose
from tests.mobile.screens.scene import find, find_all, frames, tap, until
from tests.mobile.screens.states.registry import state

from field178_mobile.kit.language import language as _


@state(is_shared=False)
def photos_at_their_item(pose: Pose) -> None:
    pose.open_visit(WITH_PHOTOS).answer("fire_exits_clear", "no")
    pose.visit.jump("answers.fire_exits_clear")
    until(lambda: any(tile.ids.picture.bitmap for tile in find_all("ThumbTile")))


@state()
def photos_empty(pose: Pose) -> None:
    pose.open_visit(CAFE).choose_tab("photos")


@state()
def photos(pose: Pose) -> None:
    pose.open_visit(WITH_PHOTOS).choose_tab("photos")
    frames(3)
    until(lambda: any(card.bitmap for card in find_all("PhotoCard")))


@state()
def photo_picker(pose: Pose) -> None:
    photos_empty(pose)
    frames(3)
    tap(find("Btn", text=_("Add a photo")))
    until(_thumbnails_are_made)
    frames(2)


def _thumbnails_are_made() -> bool:
    pictures = [card for card in find_all("FileCard") if not card.is_folder]
    return bool(pictures) and all(card.bitmap is not None for card in pictures)


@state()
def photo_picker_empty(pose: Pose) -> None:
    photo_picker(pose)
    find("PhotoPicker").choose(str(pose.pictures / "Tháng 11"))


@state()
def photo_editor(pose: Pose) -> None:
    photo_picker(pose)
    find("PhotoPicker").choose(str(pose.pictures / "phong-hat.jpg"))
    until(lambda: find("PhotoPage").attaching.ids.picture.bitmap)


@state()
def photo_drop_question(pose: Pose) -> None:
    photo_editor(pose)
    find("PhotoPage").on_back()


@state()
def photo_kept(pose: Pose) -> None:
    photos(pose)
    tap(find("PhotoCard"))
    until(lambda: find("PhotoPage").attaching.ids.picture.bitmap)


@state(is_shared=False)
def photo_taken_out(pose: Pose) -> None:
    photos(pose)
    pose.visit.gallery.remove(find("PhotoCard").key)
