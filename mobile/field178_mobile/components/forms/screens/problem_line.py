"""Line of a check: a problem and where it is."""

from __future__ import annotations

from functools import lru_cache

from kivy.core.text import Label as CoreLabel
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.press import Pressable
from field178_mobile.presentation.checks import ProblemRow


@lru_cache(maxsize=8)
def _texture_of(character: str, size: float) -> Texture:
    # White: the colour before it gives the ink, so that a change of mode needs no new texture.
    label = CoreLabel(text=character, font_name="Icons", font_size=size, color=(1, 1, 1, 1))
    label.refresh()
    return label.texture


class ProblemLine(Pressable, FloatLayout):
    """Line of one problem. show(row); is_warning (does not block filing); event on_release.

    Its icon is drawn without a widget: a form shows many lines above its fields.
    """

    path = StringProperty("")
    where = StringProperty("")
    text = StringProperty("")
    is_warning = BooleanProperty(False)
    mark = ObjectProperty(None, allownone=True)
    mark_size = ListProperty((0, 0))
    texture_of = staticmethod(_texture_of)

    def show(self, row: ProblemRow) -> None:
        """Draw the problem."""
        self.path, self.where, self.text = row.path, row.where, row.text


load_beside(__file__)
