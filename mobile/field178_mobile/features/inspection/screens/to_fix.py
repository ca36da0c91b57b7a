"""One thing that earlier visits asked to be fixed: a line to read, and one to answer."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.features.forms.screens import chips
from field178_mobile.features.inspection.follow_up_answers import FollowUpLine
from field178_mobile.features.photos.screens.photo_flow import add_photo
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.presentation.facts import ToFix

_REQUIRED = (kit.Txt, chips.OptionChips)


class ToFixRow(BoxLayout):
    """A correction still to be made. show(row)."""

    text = StringProperty("")
    asked = StringProperty("")
    due = StringProperty("")
    left = StringProperty("")
    is_overdue = BooleanProperty(False)

    def show(self, row: ToFix) -> None:
        """Draw the correction."""
        self.text, self.asked, self.due = row.text, row.asked, row.due
        self.left, self.is_overdue = row.left, row.is_overdue


class ToFixAnswerRow(kit.Column):
    """A correction with its answers. show(line); visit (the presenter)."""

    visit = ObjectProperty(None)
    key = StringProperty("")
    item_id = StringProperty("")
    photos = StringProperty("")
    is_locked = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._optional = Optional(self)

    def show(self, line: FollowUpLine) -> None:
        """Draw the correction and what the visit says of it."""
        self.key, self.item_id, self.photos = line.to_fix.key, line.item_id, line.photos
        self.is_locked = line.is_locked
        self.ids.row.show(line.to_fix)
        self.ids.options.show(line.options)
        self.ids.note.text, self.ids.note.warning = line.note, line.lint
        self._optional.show(self.ids.note, line.is_answered)
        self._optional.show(self.ids.photo, line.is_answered and bool(line.item_id))

    def add_photo(self) -> None:
        """Add a photo that shows how it is now."""
        add_photo(self.visit.gallery, self.item_id)


load_beside(__file__)
