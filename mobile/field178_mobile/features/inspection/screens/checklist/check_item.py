"""Row of a checklist question, with violations, note and comment below it."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.features.inspection.screens.checklist.item_below import ItemBelow
from field178_mobile.features.inspection.section_view import ItemState
from field178_mobile.kit import kit


class CheckItem(kit.CheckRow):
    """A yes/no item. show(state); visit (the presenter)."""

    key = StringProperty("")
    visit = ObjectProperty(None)
    is_open = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._below: ItemBelow | None = None
        self.bind(on_choose=self._answer, on_details=self._unfold)

    def show(self, state: ItemState) -> None:
        """Draw the item."""
        self.is_open = self.is_open and self.key == state.id
        self.key, self.no = state.id, state.number
        self.text = f"{state.text}\u00a0*" if state.is_required else state.text
        self.ref = " · ".join(part for part in (state.law, state.source) if part)
        self.last, self.error = state.last, state.problem
        self.allow_partial = any(option.id == "partial" for option in state.options)
        self.is_fact = state.is_fact
        self.value = state.value
        self._state = state
        self._draw_below(state)

    def _draw_below(self, state: ItemState) -> None:
        is_shown = _speaks(state) or (self.is_open and state.can_note)
        if is_shown and self._below is None:
            self._below = ItemBelow(item=self)
        if self._below is None:
            return
        if is_shown and self._below.parent is None:
            self.add_widget(self._below)
        elif not is_shown and self._below.parent is not None:
            self._below.parent.remove_widget(self._below)  # reused: the next "no" builds no widgets
            self.clear_area()
        if is_shown:
            self._below.show(state)

    def _answer(self, _row: object, value: str) -> None:
        self.visit.answer(self.key, value or self.value)

    def _unfold(self, _row: object) -> None:
        self.is_open = not self.is_open
        self._draw_below(self._state)


def _speaks(state: ItemState) -> bool:
    """Return whether an item has details to show below it."""
    details = state.offers or state.note or state.comment or state.thumbs
    return bool(details or state.value in ("no", "partial"))
