"""Vietnamese text input: by the system's keyboard, or composed from plain keys."""

from __future__ import annotations

from itertools import takewhile

from kivy.uix.textinput import TextInput

from field178_mobile.input_method.composer import Composer
from field178_mobile.input_method.keys import METHODS, Method

KEYBOARD = "keyboard"


class InputMethod:
    """Composes in the focused text input; one instance for the application, as for the keyboard."""

    def __init__(self) -> None:
        self._composer: Composer | None = None

    def switch(self, name: str) -> None:
        """Use another typing method; an unknown method composes nothing."""
        method: Method | None = METHODS.get(name)
        self._composer = None if method is None else Composer(method)

    def compose(self, entry: TextInput, char: str) -> str:
        """Delete the text changed by a key left of the cursor; return the text to insert."""
        composer = self._composer
        if composer is None or len(char) != 1 or not composer.takes(char) or entry.selection_text:
            return char
        before = entry.text[: entry.cursor_index()]
        start = len(before)
        while start and composer.takes(before[start - 1]):
            start -= 1
        word = before[start:]
        made = composer.press(word, char)
        kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, made, strict=False)))
        for _ in range(len(word) - kept):
            entry.do_backspace()
        return made[kept:]


input_method = InputMethod()
