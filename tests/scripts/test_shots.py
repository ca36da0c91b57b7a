"""The pictures of the pages: none is missing, none is left over, and one that looks the same is kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from scripts.shots import PIXELS, keep, looks_the_same

ROOT = Path(__file__).resolve().parents[2]


def picture(path: Path, text: str = "08:01", shade: int = 255, dots: int = 0) -> Path:
    image = Image.new("RGB", (200, 60), (shade, shade, shade))
    draw = ImageDraw.Draw(image)
    draw.text((10, 10), text, fill="black", font_size=13)
    for dot in range(dots):
        image.putpixel((dot, 50), (0, 0, 0))
    image.save(path)
    return path


def test_every_picture_is_on_a_page_and_every_page_has_its_pictures() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {name for page in pages for name in re.findall(r"img/([\w-]+\.png)", page.read_text("utf-8"))}
    assert shown == {path.name for path in (ROOT / "docs/img").iterdir()}


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ({}, True),
        ({"shade": 250}, True),
        ({"dots": PIXELS}, True),
        ({"dots": PIXELS + 1}, False),
        ({"text": "08:02"}, False),
        ({"shade": 150}, False),
    ],
)
def test_only_visible_differences_count(tmp_path: Path, other: dict[str, int], is_same: bool) -> None:
    before, after = picture(tmp_path / "a.png"), picture(tmp_path / "b.png", **other)
    assert looks_the_same(before, after) is is_same


def test_unchanged_picture_is_kept_and_an_unused_one_is_deleted(
    tmp_path: Path,
) -> None:
    kept, taken = tmp_path / "img", tmp_path / "taken"
    for folder in (kept, taken):
        folder.mkdir()
    same, stray = picture(kept / "same.png"), picture(kept / "stray.png")
    changed, before = picture(kept / "changed.png"), same.read_bytes()
    picture(taken / "same.png", shade=254)
    fresh = picture(taken / "changed.png", text="09:30")
    keep(taken, kept)
    assert same.read_bytes() == before
    assert changed.read_bytes() == fresh.read_bytes()
    assert not stray.exists()
