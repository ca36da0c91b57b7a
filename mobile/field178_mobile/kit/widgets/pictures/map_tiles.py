"""The tiles of an offline map as textures, some a frame, so that a thumb never waits for them."""

from __future__ import annotations

import math
from collections import OrderedDict
from io import BytesIO

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture

from field178_mobile.kit.theme import theme
from field178_mobile.maps.map_file import MapFile
from field178_mobile.maps.mercator import MapWindow

KEPT, A_FRAME = 96, 3
# Bright paper hurts at night.
_DIMMED = {"light": 1.0, "dark": 0.62, "night": 0.4}


class TileLayer:
    """Draws one map file."""

    def __init__(self, map_file: MapFile) -> None:
        self._map_file = map_file
        self._tiles: OrderedDict[tuple[int, int, int], Texture | None] = OrderedDict()

    def draw(self, view: MapWindow, middle: tuple[float, float], size: tuple[float, float]) -> bool:
        """Draw the tiles of a map window inside a canvas.

        Return whether more tiles are to load in the next frame.
        """
        level = min(max(round(view.zoom), self._map_file.lowest), self._map_file.highest)
        count = 2**level
        side = view.scale / count
        Color(*[_DIMMED[theme.mode]] * 3, 1)
        loaded = 0
        for column in _range(view.centre.x * count, size[0] / side, count):
            for row in _range(view.centre.y * count, size[1] / side, count):
                key = (level, column, row)
                if key not in self._tiles:
                    loaded += 1
                    if loaded > A_FRAME:
                        return True
                    self._load(key)
                self._tiles.move_to_end(key)
                texture = self._tiles[key]
                if texture is not None:
                    x = middle[0] + (column / count - view.centre.x) * view.scale
                    y = middle[1] - ((row + 1) / count - view.centre.y) * view.scale
                    Rectangle(texture=texture, pos=(x, y), size=(side, side))
        return False

    def _load(self, key: tuple[int, int, int]) -> None:
        self._tiles[key] = _texture(self._map_file.tile(*key))
        while len(self._tiles) > KEPT:
            self._tiles.popitem(last=False)


def _range(middle: float, length: float, count: int) -> range:
    first = max(0, math.floor(middle - length / 2))
    return range(first, min(count, math.floor(middle + length / 2) + 1))


def _texture(data: bytes | None) -> Texture | None:
    from PIL import Image

    if data is None:
        return None
    try:
        picture = Image.open(BytesIO(data)).convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return None  # a damaged picture is a hole in the map, nothing more
    texture = Texture.create(size=picture.size, colorfmt="rgb")
    texture.blit_buffer(picture.tobytes(), colorfmt="rgb", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture
