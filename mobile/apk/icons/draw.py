"""Draw the icons of the application from its own fonts and colours.

Usage: python mobile/apk/icons/draw.py
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
ASSETS = HERE.parents[1] / "field178_mobile" / "assets"
RAIL, ON, MARK = "#0C3B3A", "#FFFFFF", "#4FD1C1"
CLIPBOARD = chr(0xF08A8)  # clipboard-check-outline
SIZE = 432
# A circle of two thirds of an adaptive icon is visible in every mask of the devices.
GLYPH, NUMBER = 176, 66
UP, DOWN = 0.43, 0.69


def face(ground: str | None) -> Image.Image:
    """Return the clipboard with the number under it, on a colour or on nothing."""
    picture = Image.new("RGBA", (SIZE, SIZE), ground or (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    clipboard = ImageFont.truetype(ASSETS / "icons.ttf", GLYPH)
    number = ImageFont.truetype(ASSETS / "Inter-SemiBold.ttf", NUMBER)
    pen.text((SIZE / 2, SIZE * UP), CLIPBOARD, ON, clipboard, anchor="mm")
    pen.text((SIZE / 2, SIZE * DOWN), "178", MARK, number, anchor="mm")
    return picture


def main() -> None:
    """Write the icon, which is the picture of the start too, and its two layers."""
    face(RAIL).convert("RGB").save(HERE / "icon.png", optimize=True)
    face(None).save(HERE / "foreground.png", optimize=True)
    Image.new("RGB", (SIZE, SIZE), RAIL).save(HERE / "background.png", optimize=True)


if __name__ == "__main__":
    main()
