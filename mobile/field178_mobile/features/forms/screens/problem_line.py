"""Lines of a check: a problem, and a shortcoming of this visit."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from field178_mobile.features.inspection.conclusion import FollowUpRow
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


class ShortRow(kit.Press):
    """One shortcoming of this visit and by when it is to be fixed. show(row); event on_release."""

    key = StringProperty("")
    text = StringProperty("")
    word = StringProperty("")
    due_on = StringProperty("")
    due = StringProperty("")
    hint = StringProperty("")

    def show(self, row: FollowUpRow) -> None:
        """Draw the shortcoming."""
        self.key, self.text, self.word = row.key, row.text, row.word
        self.due_on, self.due, self.hint = row.due_on, row.due, row.hint


load_beside(__file__)
