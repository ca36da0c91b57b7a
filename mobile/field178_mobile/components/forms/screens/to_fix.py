"""Line of an open follow-up of an earlier visit."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.presentation.facts import ToFix

_REQUIRED = (kit.Txt, kit.Ic)


class ToFixRow(BoxLayout):
    """A correction still to be made. show(row)."""

    text = StringProperty("")
    visited_on = StringProperty("")
    due = StringProperty("")
    left = StringProperty("")
    is_overdue = BooleanProperty(False)

    def show(self, row: ToFix) -> None:
        """Draw the correction."""
        self.text, self.visited_on, self.due = row.text, row.visited_on, row.due
        self.left, self.is_overdue = row.left, row.is_overdue


load_beside(__file__)
