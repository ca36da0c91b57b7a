"""Enrolment on the screen: one card a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.features.access.screens import passphrase, unlock
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside

if TYPE_CHECKING:
    from field178_mobile.features.access.enrol import EnrolState

_REQUIRED = (kit.Card, unlock.PinDots, unlock.PinMessage, passphrase.PassphraseEntry)


class CodeStep(BoxLayout):
    """Link, or address and code."""

    screen = ObjectProperty(None)

    def send_link(self) -> None:
        """Enrol with the link."""
        self.screen.presenter.submit_link(self.ids.link.ids.entry.text)

    def send_code(self) -> None:
        """Enrol with address and code."""
        self.screen.presenter.submit_code(self.ids.address.ids.entry.text, self.ids.code.ids.entry.text)


class SignInStep(BoxLayout):
    """Login and password."""

    screen = ObjectProperty(None)

    def sign_in(self) -> None:
        """Sign in with the typed values."""
        typed = (self.ids[name].ids.entry.text for name in ("login", "password", "one_time"))
        self.screen.presenter.submit_sign_in(*typed)


class PinStep(BoxLayout):
    """The pad of a PIN being set."""

    screen = ObjectProperty(None)


class PassphraseStep(BoxLayout):
    """The words that are proposed."""

    screen = ObjectProperty(None)


class PassphraseAgainStep(BoxLayout):
    """The field for the words that were shown."""

    screen = ObjectProperty(None)


_STEPS: dict[str, type[BoxLayout]] = {
    "code": CodeStep,
    "sign_in": SignInStep,
    "pin": PinStep,
    "pin_again": PinStep,
    "passphrase": PassphraseStep,
    "passphrase_again": PassphraseAgainStep,
}


@dispatches("on_cancel")
class EnrolScreen(BoxLayout):
    """Draws EnrolState. presenter; has_cancel (one more officer: the way back), event on_cancel."""

    presenter = ObjectProperty(None, allownone=True)
    number = NumericProperty(1)
    title = StringProperty("")
    hint = StringProperty("")
    error = StringProperty("")
    officer = StringProperty("")
    phrase = StringProperty("")
    way_back = StringProperty("")
    link_error = StringProperty("")
    address_error = StringProperty("")
    code_error = StringProperty("")
    digits = NumericProperty(0)
    is_busy = BooleanProperty(False)
    is_pin = BooleanProperty(False)
    has_cancel = BooleanProperty(False)

    def show(self, state: EnrolState) -> None:
        """Draw the state; a step is built when it is reached."""
        for name in ("number", "title", "hint", "error", "officer", "digits", "phrase", "is_busy"):
            setattr(self, name, getattr(state, name))
        self.way_back = state.way_back
        self.link_error, self.address_error = state.link_error, state.address_error
        self.code_error = state.code_error
        kind = _STEPS[state.step.value]
        self.is_pin = kind is PinStep
        if not isinstance(next(iter(self.ids.step.children), None), kind):
            self.ids.step.clear_widgets()
            step = kind(screen=self)
            for name in ("address", "login"):
                if getattr(state, name) and name in step.ids:
                    step.ids[name].ids.entry.text = getattr(state, name)
            self.ids.step.add_widget(step)

    def go_back(self) -> None:
        """Go back one step; from the first step leave the enrolment, if that is possible."""
        if self.way_back:
            self.presenter.go_back()
        elif self.has_cancel:
            self.dispatch("on_cancel")


load_beside(__file__)
