"""Typing: Field (label, text, error) and SearchField."""

from __future__ import annotations

import unicodedata

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.textinput import TextInput

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language
from field178_mobile.kit.long_notes import long_notes
from field178_mobile.kit.scroll_into_sight import bring_into_sight
from field178_mobile.kit.text_input import input_method
from field178_mobile.kit.widgets import press, text
from field178_mobile.platform.api import LongText
from field178_shared.text.normalisation import without_unseen

__all__ = ["Entry", "Field", "SearchField", "release_last_entry"]
_REQUIRED = (press.IconBtn, text.Txt)
_BREAKS = dict.fromkeys(map(ord, "\t\n\v\f\r"), " ")


class Entry(TextInput):
    """The bare input of the kit: input_type is always 'text', so Vietnamese keyboards compose.

    is_full: more was typed than fits into max_length.
    """

    max_length = NumericProperty(0)
    is_secret = BooleanProperty(False)
    is_full = BooleanProperty(False)

    def insert_text(self, substring: str, from_undo: bool = False) -> None:
        """Insert text up to max_length (0 = no limit), composed by the input method.

        Invisible characters, and line breaks in a single-line field, are removed from pasted text.
        """
        if not (from_undo or self.is_secret):
            substring = without_unseen(substring)
            substring = substring if self.multiline else substring.translate(_BREAKS)
        if not (from_undo or self.is_secret or self.input_filter):
            substring = input_method.compose(self, substring)
        if self.max_length:
            fitting = substring[: max(0, self.max_length - len(self.text))]
            self.is_full, substring = fitting != substring, fitting
        super().insert_text(substring, from_undo=from_undo)

    def on_focus(self, _entry: object, has_focus: bool) -> None:
        """Scroll to the cursor while typing, and to the beginning of the line afterwards."""
        if has_focus:
            self.cursor = self.cursor_col, self.cursor_row
        else:
            self.on_scroll_x()

    def on_scroll_x(self, *_args: object) -> None:
        """Scroll an unfocused single line to its beginning; Kivy would show the end."""
        if not (self.focus or self.multiline):
            self.scroll_x = 0

    def keyboard_on_key_down(
        self, window: object, keycode: tuple[int, str], text: str, modifiers: list[str]
    ) -> bool | None:
        """Leave Tab and Ctrl+F to the application; everything else is typing."""
        if keycode[1] == "tab" or (keycode[1] == "f" and "ctrl" in modifiers):
            return False
        taken: bool | None = super().keyboard_on_key_down(window, keycode, text, modifiers)
        return taken


def release_last_entry() -> None:
    """Release the last text input, its screen and the data of that screen.

    Kivy keeps the arguments of the last call that scrolled to a cursor: an empty input replaces them.
    """
    Entry(text=" ").cursor = (0, 0)


@dispatches("on_commit", "on_edit", "on_enter")
class Field(BoxLayout):
    """Text field.

    label; text; hint (grey example); error (red, below) or warning (amber, below) or help (grey, below);
    multiline; lines (height of a multi-line field); password (hidden until its eye is pressed); max_length;
    kind (text, number: digits only); disabled. Events: on_commit(text) with NFC text when the field loses the
    focus or Enter is pressed and the text has changed; on_edit(text) at each keystroke; on_enter when Enter
    is pressed in a single line. focus_input() sets the focus; overtype() makes typing replace the text.
    """

    label = StringProperty("")
    text = StringProperty("")
    hint = StringProperty("")
    error = StringProperty("")
    warning = StringProperty("")
    help = StringProperty("")
    full = StringProperty("")
    multiline = BooleanProperty(False)
    lines = NumericProperty(3)
    password = BooleanProperty(False)
    is_revealed = BooleanProperty(False)
    max_length = NumericProperty(0)
    kind = OptionProperty("text", options=("text", "number"))
    has_focus = BooleanProperty(False)

    def apply_class_lang_rules(self, *args: object, **kwargs: object) -> None:
        """Build the field and show the text it was made with."""
        super().apply_class_lang_rules(*args, **kwargs)
        self.ids.entry.text = self.text

    def focus_input(self) -> None:
        """Set the focus on the input."""
        self.ids.entry.focus = True

    def overtype(self) -> None:
        """Set the focus; typing replaces the text."""
        self.focus_input()
        self.ids.entry.select_all()

    def edited(self, value: str) -> None:
        """Dispatch on_edit for a keystroke of the user."""
        entry = self.ids.entry
        if len(value) < entry.max_length:
            entry.is_full = False
        if entry.focus:
            self.dispatch("on_edit", value)

    def entered(self) -> None:
        """Commit the text and dispatch on_enter."""
        self.commit()
        self.dispatch("on_enter")

    def on_password(self, _widget: object, _is_secret: bool) -> None:
        """Add the eye button to a password field."""
        self.ids.box.add_widget(PasswordToggle(field=self))

    def focused(self, has_focus: bool) -> None:
        """Commit the text at the loss of focus; open the system's editor if it is better.

        A focused field is scrolled into sight completely, including the line below.
        """
        self.has_focus = has_focus
        if not has_focus:
            self.ids.entry.is_full = False
            self.commit()
        elif self.multiline and self._is_written_outside():
            Clock.schedule_once(lambda _dt: setattr(self.ids.entry, "focus", False), 0)
        else:
            self.on_height()

    def on_height(self, *_args: object) -> None:
        """Scroll a focused field into sight when a line appears below it."""
        if self.has_focus:
            Clock.schedule_once(lambda _dt: bring_into_sight(self), 0)

    def _is_written_outside(self) -> bool:
        before = self.ids.entry.text
        words = (language("OK"), language("Cancel"))
        request = LongText(self.label.removesuffix(" *"), before, *words, self.lines, self.max_length)
        return long_notes.open(
            request, self._written, lambda kept: self._ended(before if kept is None else kept)
        )

    def _written(self, value: str) -> None:
        """Handle text from the system's editor like typed text: it is stored at every change."""
        self.ids.entry.text = value
        self.dispatch("on_edit", unicodedata.normalize("NFC", value))

    def _ended(self, value: str) -> None:
        self._written(value)
        self.commit()

    def commit(self) -> None:
        """Dispatch the text in NFC if it differs from the rendered text."""
        value = unicodedata.normalize("NFC", self.ids.entry.text)
        if value != self.text:
            self.text = value
            self.dispatch("on_commit", value)

    def on_text(self, _widget: object, value: str) -> None:
        """Show a rendered text, unless the user is typing."""
        entry = self.ids.get("entry")
        if entry is not None and not entry.focus and entry.text != value:
            entry.text = value


class PasswordToggle(press.IconBtn):
    """Button that shows or hides the password of a field without changing the focus. field."""

    field = ObjectProperty(None)

    def on_release(self) -> None:
        """Toggle the visibility of the password."""
        self.field.is_revealed = not self.field.is_revealed
        self.field.focus_input()


@dispatches("on_query", "on_filter")
class SearchField(BoxLayout):
    """Search field with a magnifier, a clear button and an optional filter button.

    text; hint; has_filter. Events: on_query(text), at most once a frame while typing; on_filter.
    """

    text = StringProperty("")
    hint = StringProperty("")
    has_filter = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._ask = Clock.create_trigger(lambda _dt: self.dispatch("on_query", self.text))

    def edited(self, value: str) -> None:
        """Handle a keystroke."""
        value = unicodedata.normalize("NFC", value)
        if value != self.text:
            self.text = value
            self._ask()

    def clear(self) -> None:
        """Empty the search."""
        self.ids.entry.text = ""


load_beside(__file__)
