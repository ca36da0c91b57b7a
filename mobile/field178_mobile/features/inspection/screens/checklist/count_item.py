"""Row of a count: a tap opens the number pad, which continues with the next open count."""

from __future__ import annotations

from kivy.properties import ObjectProperty, StringProperty

from field178_mobile.components.comments.screens import comment_note
from field178_mobile.features.inspection.section_view import ItemState
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.optional import Optional

_REQUIRED = (chips.OptionChips, comment_note.CommentNote)


@dispatches("on_counted")
class CountItem(kit.Column):
    """A count. show(state); visit (the presenter); event on_counted after a number was given on the pad."""

    key = StringProperty("")
    label = StringProperty("")
    hint = StringProperty("")
    value = StringProperty("")
    error = StringProperty("")
    warning = StringProperty("")
    suggestion = StringProperty("")
    comment = StringProperty("")
    visit = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._beside = Optional(self.ids.beside)
        self._optional = Optional(self)

    def show(self, state: ItemState) -> None:
        """Draw the count."""
        self.key, self.value = state.id, state.value
        self.label = f"{state.text}\u00a0*" if state.is_required else state.text
        self.hint = " · ".join(part for part in (state.last, state.source) if part)
        self.error, self.warning, self.comment = state.problem, state.warning, state.comment
        self.suggestion = state.suggestion
        self._beside.show(self.ids.chip, bool(state.suggestion))
        self._optional.show(self.ids.comment, bool(state.comment))
        self.ids.count.suggestions = _offered(state)

    def open_pad(self) -> None:
        """Open the number pad."""
        self.ids.count.on_release()

    def accept(self) -> None:
        """Use the suggested number."""
        self.visit.count(self.key, int(self.suggestion))

    def give(self, number: int) -> None:
        """Store the number of the pad and continue."""
        self.visit.count(self.key, number)
        self.dispatch("on_counted")


def _offered(state: ItemState) -> list[tuple[str, int]]:
    numbers = (
        []
        if state.last_count is None
        else [(_("As last time: {count}").format(count=state.last_count), state.last_count)]
    )
    if state.suggestion and int(state.suggestion) not in [number for _text, number in numbers]:
        numbers.append((state.suggestion, int(state.suggestion)))
    return numbers


load_beside(__file__)
