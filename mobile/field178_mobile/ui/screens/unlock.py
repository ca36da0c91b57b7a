"""The first screen: who holds the tablet, and six digits. Light on purpose: it is drawn before all else."""

from __future__ import annotations

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from field178_mobile.ui.kv import load_beside
from field178_mobile.ui.widgets import text
from field178_mobile.ui.widgets.press import Pressable

__all__ = ["PinDots", "PinKey", "UnlockScreen"]
_REQUIRED = (text.Txt,)


class PinDots(Widget):
    """Six places of a PIN. count (how many are typed); is_error."""

    count = NumericProperty(0)
    is_error = BooleanProperty(False)


class PinKey(Pressable, Label):
    """One key of the PIN pad, in one widget. text or icon; digit. Event on_release."""

    digit = StringProperty("")
    icon = StringProperty("")


class UnlockScreen(BoxLayout):
    """Draws UnlockState. presenter (None until the vault is read); events on_enrol, on_switch."""

    presenter = ObjectProperty(None, allownone=True)
    name = StringProperty("")
    agency = StringProperty("")
    text = StringProperty("")
    warning = StringProperty("")
    digits = NumericProperty(0)
    is_error = BooleanProperty(False)
    can_type = BooleanProperty(False)
    has_others = BooleanProperty(False)
    __events__ = ("on_switch",)

    def show(self, state: object) -> None:
        """Draw the state."""
        chosen = state.chosen
        self.name, self.agency = (chosen.name, chosen.agency) if chosen else ("", "")
        self.text, self.warning, self.digits = state.text, state.warning, state.digits
        self.is_error, self.can_type = state.is_error, state.can_type
        self.has_others = len(state.officers) > 1

    def press(self, key: str) -> None:
        """Hand a key to the presenter, once there is one."""
        if self.presenter is None:
            return
        if key == "back":
            self.presenter.back()
        else:
            self.presenter.type(key)

    def on_switch(self) -> None:
        """Overridden by bind."""


load_beside(__file__)
