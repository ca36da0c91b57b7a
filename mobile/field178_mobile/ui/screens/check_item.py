"""One question of the open section with what unfolds below it: violations, note, the office's word."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.presenters.findings import ViolationOffer
from field178_mobile.presenters.section_view import ItemState
from field178_mobile.presenters.wording import Option
from field178_mobile.ui import kit
from field178_mobile.ui.kv import load_beside
from field178_mobile.ui.screens import chips
from field178_mobile.ui.screens.repeat import Repeat
from field178_mobile.ui.screens.violation_row import ViolationRow

_REQUIRED = (chips.OptionChips,)


class CheckItem(kit.CheckRow):
    """A yes/no item. show(state); visit (the presenter); stock_notes (phrases offered under the note)."""

    key = StringProperty("")
    visit = ObjectProperty(None)
    stock_notes: tuple[str, ...] = ()
    is_open = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._below: ItemBelow | None = None
        self.bind(on_choose=self._answer, on_details=self._unfold)

    def show(self, state: ItemState) -> None:
        """Draw the item."""
        self.is_open = self.is_open and self.key == state.id
        self.key, self.no, self.text = state.id, state.number, state.text
        self.ref = " · ".join(part for part in (state.law, state.source) if part)
        self.last, self.error = state.last, state.problem
        self.allow_partial = any(option.id == "partial" for option in state.options)
        self.value = state.value
        self._state = state
        self._draw_below(state)

    def _draw_below(self, state: ItemState) -> None:
        if not (self.is_open and state.can_note) and not _speaks(state):
            self.clear_area()
            self._below = None
            return
        if self._below is None:
            self._below = ItemBelow(item=self)
            self.add_widget(self._below)
        self._below.show(state)

    def _answer(self, _row: object, value: str) -> None:
        self.visit.answer(self.key, value or self.value)

    def _unfold(self, _row: object) -> None:
        self.is_open = not self.is_open
        self._draw_below(self._state)


class ItemBelow(kit.Column):
    """What stands under a question."""

    item = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._offers: Repeat[ViolationOffer] = Repeat(self.ids.offers, self._make_offer)

    def show(self, state: ItemState) -> None:
        """Draw comment, offers and note of an item."""
        self.ids.comment.text = state.comment
        self._offers.show(state.offers)
        self.ids.note.show(state)
        phrases = self.item.stock_notes if not state.note else ()
        self.ids.phrases.show([Option(phrase, phrase) for phrase in phrases])

    def edit_note(self, text: str) -> None:
        """Keep the note as typed so far."""
        self.item.visit.write_note(self.item.key, text)

    def add_phrase(self, phrase: str) -> None:
        """Add a stock phrase to the note."""
        self.item.visit.add_to_note(self.item.key, phrase)

    def _make_offer(self) -> ViolationRow:
        row = ViolationRow()
        row.bind(on_release=lambda row: self.item.visit.toggle_violation(self.item.key, row.key))
        return row


class NoteField(kit.Field):
    """The note of an item, marked but never stopped."""

    def show(self, state: ItemState) -> None:
        """Draw the note."""
        self.text, self.warning = state.note, state.lint


def _speaks(state: ItemState) -> bool:
    """Tell whether there is something to show below an item without being asked."""
    return bool(state.offers or state.note or state.comment or state.value in ("no", "partial"))


load_beside(__file__)
