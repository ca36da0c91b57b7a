"""The comparison of pictures sees what a person would see, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFilter
from tests.mobile.screens import golden
from tests.mobile.screens.lint import picture
from tests.mobile.screens.scene import Stage, find, find_all, frames


@pytest.fixture
def pose(stage: Stage, tmp_path: Path):
    from tests.mobile.screens.posing import Pose

    made = Pose(stage, tmp_path)
    made.unlock()
    made.open_visit(made_at())
    frames(3)
    yield made
    made.end()


def made_at() -> str:
    from tests.mobile.inspection_world import KARAOKE

    return KARAOKE


def move_a_button(_pose: Any) -> None:
    find("FootButton").x -= 6


def colour_a_button(_pose: Any) -> None:
    from field178_mobile.kit.theme import theme

    theme.primary = theme.ok


def lose_a_row(pose: Any) -> None:
    pose.screen("inspection").ids.rows.data = pose.screen("inspection").ids.rows.data[:-2]


def cut_a_text(_pose: Any) -> None:
    title = next(label for label in find_all("Txt") if label.text.startswith("Karaoke Hồng Phúc"))
    title.text = title.text[:-4] + "…"


def change_a_word(_pose: Any) -> None:
    row = next(row for row in find_all("ListRow") if row.word)
    row.word_tone = "bad" if row.word_tone != "bad" else "ok"


PLANTED = (move_a_button, colour_a_button, lose_a_row, cut_a_text, change_a_word)


def test_visible_differences_are_detected(pose):
    kept = golden.shrink(picture())
    assert golden.differs_by(kept, golden.shrink(picture())) == 0
    for plant in PLANTED:
        before = golden.shrink(picture())
        plant(pose)
        frames(3)
        assert golden.differs_by(before, golden.shrink(picture())) > golden.TOLERANCE, plant.__name__


def blurred(seen: Image.Image) -> Image.Image:
    return seen.filter(ImageFilter.GaussianBlur(0.5))


def sharpened(seen: Image.Image) -> Image.Image:
    return seen.filter(ImageFilter.UnsharpMask(radius=1, percent=40, threshold=2))


def rounded_otherwise(seen: Image.Image) -> Image.Image:
    return seen.point(lambda value: min(255, value + 2))


def test_another_antialiasing_is_not_seen(pose, tmp_path, monkeypatch):
    monkeypatch.setattr(golden, "FOLDER", tmp_path / "golden")
    seen = picture()
    golden.keep("here", golden.shrink(seen))
    for rendered in (blurred, sharpened, rounded_otherwise):
        assert golden.compare("here", golden.shrink(rendered(seen))) == "", rendered.__name__


def test_a_difference_is_laid_beside_the_kept_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(golden, "FOLDER", tmp_path / "golden")
    monkeypatch.setattr(golden, "DIFFERENCES", tmp_path / "differences")
    golden.keep("here", Image.new("RGB", (90, 60), "white"))
    difference = golden.compare("here", Image.new("RGB", (90, 60), "black"))
    assert str(tmp_path / "differences" / "here.png") in difference
    with Image.open(tmp_path / "differences" / "here.png") as laid:
        assert laid.size == (270, 60)
    assert "make golden" in golden.compare("never", Image.new("RGB", (90, 60)))
