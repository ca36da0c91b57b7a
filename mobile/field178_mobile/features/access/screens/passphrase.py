"""Passphrase on the screen: the field that it is typed into, and the words that are proposed."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty

from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside

__all__ = ["PassphraseEntry", "PassphraseProposal"]


@dispatches("on_submit")
class PassphraseEntry(kit.Column):
    """Hidden field and button. action (text of the button); can_type. Event on_submit(text)."""

    action = StringProperty("")
    can_type = BooleanProperty(True)

    def submit(self) -> None:
        """Give the typed text; it stays until it is accepted, so that a slip is corrected, not typed anew."""
        if self.can_type:
            self.dispatch("on_submit", self.ids.typed.ids.entry.text)

    def clear(self) -> None:
        """Empty the field."""
        self.ids.typed.ids.entry.text = ""


@dispatches("on_another", "on_take")
class PassphraseProposal(kit.Column):
    """Proposed words, one a line. phrase; is_busy. Events on_another, on_take."""

    phrase = StringProperty("")
    lines = StringProperty("")
    is_busy = BooleanProperty(False)

    def on_phrase(self, _widget: object, phrase: str) -> None:
        """Write each word on a line of its own."""
        self.lines = phrase.replace(", ", "\n")


load_beside(__file__)
