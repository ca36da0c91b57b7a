"""Hidden parts of a picture: few flat patches, and no trace of the content before."""

from __future__ import annotations

import io
import random
from itertools import pairwise

import pytest
from PIL import Image

from field178_mobile.components.photos.picture import encode
from field178_mobile.presentation.masking import CELL, MOST_PATCHES_ACROSS, Mosaic, paint


def noise(size: tuple[int, int], seed: int = 1) -> Image.Image:
    data = random.Random(seed).randbytes(size[0] * size[1] * 3)
    return Image.frombytes("RGB", size, data)


def test_a_rub_hides_every_cell_it_touches_and_no_other():
    mosaic = Mosaic(noise((640, 640)))
    assert mosaic.cells_under([(100, 100)], 10) == {(1, 1)}
    assert mosaic.cells_under([(128, 100)], 10) == {(1, 1), (2, 1)}
    assert mosaic.cells_under([(100, 100), (400, 100)], 10) == {(1, 1), (6, 1)}


def test_the_brush_may_leave_the_picture():
    mosaic = Mosaic(noise((130, 130)))
    assert mosaic.cells_under([(-5, -5), (500, 500)], 20) == {(0, 0)}
    assert mosaic.cells_under([(140, 140)], 40) == {(1, 1), (1, 2), (2, 1), (2, 2)}


def test_hidden_points_are_flat_and_the_others_untouched():
    picture = noise((640, 480))
    mosaic = Mosaic(picture)
    hidden = mosaic.cells_under([(200, 200)], 60)
    masked = paint(picture, mosaic.patches(hidden))
    for column in range(10):
        for row in range(-(-480 // CELL)):
            box = (column * CELL, row * CELL, min((column + 1) * CELL, 640), min((row + 1) * CELL, 480))
            cell = masked.crop(box)
            if (column, row) in hidden:
                assert len(cell.getcolors()) == 1
            else:
                assert cell.tobytes() == picture.crop(box).tobytes()


@pytest.mark.parametrize("radius", [30, 200, 500])
def test_a_hidden_thing_has_six_patches_across_at_most(radius: int):
    picture = noise((1600, 1200))
    mosaic = Mosaic(picture)
    hidden = mosaic.cells_under([(800, 600)], radius)
    masked = paint(picture, mosaic.patches(hidden))
    rows = {row for _column, row in hidden}
    for row in rows:
        columns = sorted(column for column, other in hidden if other == row)
        colours = [masked.getpixel((column * CELL, row * CELL)) for column in columns]
        changes = sum(colour != other for colour, other in pairwise(colours))
        assert changes < MOST_PATCHES_ACROSS


def test_pictures_that_differ_only_in_masked_parts_become_equal():
    first, other = noise((640, 480)), noise((640, 480))
    # Turned about within each cell: every mean stays, every detail goes.
    for column, row in ((2, 2), (3, 2)):
        box = (column * CELL, row * CELL, (column + 1) * CELL, (row + 1) * CELL)
        other.paste(other.crop(box).transpose(Image.Transpose.ROTATE_180), box)
    assert first.tobytes() != other.tobytes()
    kept = []
    for picture in (first, other):
        mosaic = Mosaic(picture)
        kept.append(encode(paint(picture, mosaic.patches({(2, 2), (3, 2)}))))
    assert kept[0] == kept[1]


def test_the_jpeg_that_is_kept_holds_the_patches():
    picture = noise((640, 480))
    mosaic = Mosaic(picture)
    data = encode(paint(picture, mosaic.patches({(1, 1)})))
    inner = Image.open(io.BytesIO(data)).crop((72, 72, 120, 120))
    assert all(high - low <= 2 for low, high in inner.getextrema())


def test_things_apart_are_hidden_apart():
    picture = Image.new("RGB", (640, 640), "white")
    picture.paste("black", (0, 0, 320, 640))
    mosaic = Mosaic(picture)
    colours = {patch.colour for patch in mosaic.patches({(0, 0), (9, 9)})}
    assert colours == {(0, 0, 0), (240, 240, 240)}
