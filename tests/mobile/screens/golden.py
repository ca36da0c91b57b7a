"""Small kept pictures of every state, compared so that another renderer passes and another look does not.

A picture is kept at a third of its size in few colours. Two pictures are compared block by block by their
mean colours: antialiasing moves ink within a block, a moved button or a lost line moves it out of one.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

FOLDER = Path(__file__).with_name("golden")
# Failures leave the picture and the difference here.
DIFFERENCES = Path(os.environ.get("FIELD178_GOLDEN_OUT", Path(tempfile.gettempdir()) / "field178-golden"))
RETAKE = bool(os.environ.get("FIELD178_RETAKE_GOLDEN"))
SHRINK = 3
COLOURS = 160
BLOCK = 4  # of the small picture: 12 pixels of the screen
TOLERANCE = 12  # of 255, the mean of a block in its worst channel


def shrink(seen: Image.Image) -> Image.Image:
    """Return the small picture of what GL has drawn, the right way up."""
    upright = seen.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return upright.resize((seen.width // SHRINK, seen.height // SHRINK), Image.Resampling.BOX)


def differs_by(kept: Image.Image, seen: Image.Image) -> int:
    """Return the largest difference of a block, 0 to 255; it is 255 for pictures of other sizes."""
    if kept.size != seen.size:
        return 255
    blocks = ImageChops.difference(_blocks(kept), _blocks(seen))
    return max(high for _low, high in blocks.getextrema())


def keep(name: str, seen: Image.Image) -> None:
    """Keep a small picture for later comparisons."""
    FOLDER.mkdir(exist_ok=True)
    # A small red dot must keep its red: the colours farthest apart are kept, not the commonest ones.
    few = seen.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{name}.png", optimize=True)


def compare(name: str, seen: Image.Image) -> str:
    """Return the difference of a small picture from the kept picture in words, "" when there is none."""
    path = FOLDER / f"{name}.png"
    if not path.exists():
        return f"{name}: no picture is kept; `make golden` takes it"
    with Image.open(path) as file:
        kept = file.convert("RGB")
    worst = differs_by(kept, seen)
    if worst <= TOLERANCE:
        return ""
    DIFFERENCES.mkdir(parents=True, exist_ok=True)
    difference = DIFFERENCES / f"{name}.png"
    _beside(kept, seen).save(difference)
    return f"{name} differs by {worst} of 255 (at most {TOLERANCE}); kept, seen and difference: {difference}"


def _blocks(small: Image.Image) -> Image.Image:
    return small.resize((small.width // BLOCK, small.height // BLOCK), Image.Resampling.BOX)


def _beside(kept: Image.Image, seen: Image.Image) -> Image.Image:
    """Lay the kept picture, the seen picture and three times their difference beside each other."""
    seen = seen.resize(kept.size)
    changed = ImageChops.difference(kept, seen).point(lambda value: min(255, value * 3))
    sheet = Image.new("RGB", (kept.width * 3, kept.height))
    for place, part in enumerate((kept, seen, changed)):
        sheet.paste(part, (place * kept.width, 0))
    return sheet
