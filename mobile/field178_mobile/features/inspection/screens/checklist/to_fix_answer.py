"""Row of an open correction with the answers of this visit."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.components.forms.screens.to_fix import ToFixRow
from field178_mobile.components.photos.screens.photo_flow import add_photo
from field178_mobile.features.inspection.follow_up_answers import FollowUpLine
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.optional import Optional

_REQUIRED = (chips.OptionChips, ToFixRow)


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
        """Draw the correction and the answer of the visit."""
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
