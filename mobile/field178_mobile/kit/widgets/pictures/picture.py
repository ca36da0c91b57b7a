"""A picture on the screen, whole or filling its place; Rubbed is one that a thumb hides parts of."""

from __future__ import annotations

from collections.abc import Sequence

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.input.motionevent import MotionEvent
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.widget import Widget

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.theme import theme
from field178_mobile.presentation.bitmap import Bitmap
from field178_mobile.presentation.masking import Patch

__all__ = ["Picture", "Rubbed"]
BRUSH_DP = 24
# Photos are the brightest part of the screen, so they are dimmed in dark mode.
NIGHT_LIGHT = 0.6


class Picture(Widget):
    """Picture widget. bitmap (None: empty ground); is_filling (True: cropped to its place, False: fitted)."""

    bitmap = ObjectProperty(None, allownone=True)
    is_filling = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        self._texture: Texture | None = None
        self._place = (0.0, 0.0, 0.0, 0.0)
        super().__init__(**kwargs)
        self.bind(pos=self._draw, size=self._draw, bitmap=self._load, is_filling=self._draw)
        theme.bind(mode=self._draw)
        self._load()

    def _load(self, *_: object) -> None:
        bitmap: Bitmap | None = self.bitmap
        self._texture = None if bitmap is None else _texture(bitmap)
        self._draw()

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        with self.canvas:
            if self._texture is None:
                return
            light = NIGHT_LIGHT if theme.mode == "night" else 1
            Color(light, light, light, 1)
            if self.is_filling:
                self._place = (*self.pos, *self.size)
                Rectangle(pos=self.pos, size=self.size, texture=_cut(self._texture, *self.size))
            else:
                self._place = self._whole()
                Rectangle(pos=self._place[:2], size=self._place[2:], texture=self._texture)

    def _whole(self) -> tuple[float, float, float, float]:
        scale = min(self.width / self.bitmap.width, self.height / self.bitmap.height)
        width, height = self.bitmap.width * scale, self.bitmap.height * scale
        return self.center_x - width / 2, self.center_y - height / 2, width, height


@dispatches("on_rub", "on_lift")
class Rubbed(Picture):
    """A picture that a thumb rubs. patches (drawn over it); can_rub.

    Events on_rub(x, y, radius) in points of the picture from its upper left, on_lift().
    """

    patches: Sequence[Patch] = ObjectProperty(())
    can_rub = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.bind(patches=self._draw)

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Start a stroke at a touch."""
        if not (self.can_rub and self._texture is not None and self.collide_point(*touch.pos)):
            return bool(super().on_touch_down(touch))
        touch.grab(self)
        self._rub(touch)
        return True

    def on_touch_move(self, touch: MotionEvent) -> bool:
        """Continue the stroke."""
        if touch.grab_current is not self:
            return bool(super().on_touch_move(touch))
        self._rub(touch)
        return True

    def on_touch_up(self, touch: MotionEvent) -> bool:
        """End the stroke of a touch."""
        if touch.grab_current is not self:
            return bool(super().on_touch_up(touch))
        touch.ungrab(self)
        self.dispatch("on_lift")
        return True

    def _rub(self, touch: MotionEvent) -> None:
        left, bottom, width, height = self._place
        scale = self.bitmap.width / width
        self.dispatch(
            "on_rub", (touch.x - left) * scale, (bottom + height - touch.y) * scale, dp(BRUSH_DP) * scale
        )

    def _draw(self, *_: object) -> None:
        super()._draw()
        if self._texture is None:
            return
        left, bottom, width, height = self._place
        scale = width / self.bitmap.width
        light = (NIGHT_LIGHT if theme.mode == "night" else 1) / 255
        with self.canvas:
            for patch in self.patches:
                Color(*(part * light for part in patch.colour))
                top = bottom + height - patch.top * scale
                Rectangle(
                    pos=(left + patch.left * scale, top - patch.height * scale),
                    size=(patch.width * scale, patch.height * scale),
                )


def _texture(bitmap: Bitmap) -> Texture:
    texture = Texture.create(size=(bitmap.width, bitmap.height), colorfmt="rgb")
    texture.blit_buffer(bitmap.points, colorfmt="rgb", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


def _cut(texture: Texture, width: float, height: float) -> Texture:
    """Return the middle of a texture in the shape of a place."""
    if not (width and height):
        return texture
    whole_width, whole_height = texture.size
    scale = min(whole_width / width, whole_height / height)
    cut_width, cut_height = width * scale, height * scale
    return texture.get_region(
        (whole_width - cut_width) / 2, (whole_height - cut_height) / 2, cut_width, cut_height
    )
