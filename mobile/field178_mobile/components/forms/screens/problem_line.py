"""Line of a check: a problem and where it is."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.press import Pressable
from field178_mobile.presentation.checks import ProblemRow

_REQUIRED = (kit.Ic,)


class ProblemLine(Pressable, FloatLayout):
    """One thing that was found. show(row); is_warning (keeps nothing from being filed); event on_release."""

    path = StringProperty("")
    where = StringProperty("")
    text = StringProperty("")
    is_warning = BooleanProperty(False)

    def show(self, row: ProblemRow) -> None:
        """Draw the problem."""
        self.path, self.where, self.text = row.path, row.where, row.text


load_beside(__file__)
