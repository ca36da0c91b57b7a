"""One thing an earlier visit asked to be fixed, with its date."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.presentation.facts import ToFix

_REQUIRED = (kit.Txt,)


class ToFixRow(BoxLayout):
    """An open shortcoming. show(row)."""

    text = StringProperty("")
    due = StringProperty("")
    left = StringProperty("")
    is_overdue = BooleanProperty(False)

    def show(self, row: ToFix) -> None:
        """Draw the shortcoming."""
        self.text, self.due, self.left, self.is_overdue = row.text, row.due, row.left, row.is_overdue


load_beside(__file__)
