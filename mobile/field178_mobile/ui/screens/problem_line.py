"""Lines of a check: something to look at, and a shortcoming of this visit."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.presenters.conclusion import FollowUpRow
from field178_mobile.presenters.inspection_state import ProblemRow
from field178_mobile.ui import kit
from field178_mobile.ui.kv import load_beside


class ProblemLine(kit.Press):
    """One thing that was found. show(row); is_warning (keeps nothing from being filed); event on_release."""

    path = StringProperty("")
    where = StringProperty("")
    text = StringProperty("")
    is_warning = BooleanProperty(False)

    def show(self, row: ProblemRow) -> None:
        """Draw the problem."""
        self.path, self.where, self.text = row.path, row.where, row.text


class ShortRow(BoxLayout):
    """One shortcoming of this visit. show(row)."""

    text = StringProperty("")
    word = StringProperty("")

    def show(self, row: FollowUpRow) -> None:
        """Draw the shortcoming."""
        self.text, self.word = row.text, row.word


load_beside(__file__)
