"""Field of a free text with its messages: comment of the office, problem, privacy marks."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty

from field178_mobile.components.comments.screens import comment_note
from field178_mobile.components.forms.simple_fields import SimpleField
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.optional import Optional

_REQUIRED = (comment_note.CommentNote,)


@dispatches("on_write")
class PinnedField(kit.Column):
    """A free text with the office's comment over it.

    show(state); label; hint; help; multiline; event on_write(text).
    """

    label = StringProperty("")
    hint = StringProperty("")
    help = StringProperty("")
    multiline = BooleanProperty(True)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._optional: Optional | None = None

    def show(self, state: SimpleField) -> None:
        """Draw the text and its messages."""
        if self._optional is None:  # not in __init__: inside another rule the children are added later
            self._optional = Optional(self)
        self.ids.comment.text, self.ids.comment.at = state.comment, state.path
        self._optional.show(self.ids.comment, bool(state.comment))
        field = self.ids.field
        field.max_length, field.warning, field.error = state.longest, state.lint, state.problem
        field.text = state.text


load_beside(__file__)
