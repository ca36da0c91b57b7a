"""Line of a shortcoming of this visit, with its deadline."""

from __future__ import annotations

from kivy.properties import StringProperty

from field178_mobile.features.inspection.conclusion import FollowUpRow
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside

_REQUIRED = (kit.Ic,)


class ShortRow(kit.Press):
    """Row of a shortcoming with its due day. show(row); event on_release."""

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
