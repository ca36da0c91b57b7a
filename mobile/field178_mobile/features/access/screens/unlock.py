"""Unlock screen: officer and six digits, or a passphrase. It imports little, because it is drawn first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.core.window import Window
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language
from field178_mobile.kit.widgets import text
from field178_mobile.kit.widgets.press import Pressable

if TYPE_CHECKING:
    from field178_mobile.features.access.unlock import UnlockState

__all__ = ["BrandPanel", "PinDots", "PinKey", "PinMessage", "PinPad", "UnlockScreen"]
_REQUIRED = (text.Txt,)
BACKSPACE = 8


class PinDots(Widget):
    """Six places of a PIN. count (how many are typed); is_error."""

    count = NumericProperty(0)
    is_error = BooleanProperty(False)


class PinMessage(text.Txt):
    """Message above a PIN pad, with space for three lines so that the pad never moves."""


class PinKey(Pressable, Label):
    """One key of the PIN pad, in one widget. text or icon; digit; is_sunken. Event on_release."""

    digit = StringProperty("")
    icon = StringProperty("")
    is_sunken = BooleanProperty(False)


@dispatches("on_key")
class PinPad(GridLayout):
    """Pad with ten digits and back, for thumb and keyboard. Event on_key(key): a digit or "back".

    is_sunken: the pad is on a surface, so that its keys need another ground.
    """

    is_sunken = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for key in ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "back"):
            self.add_widget(self._key(key) if key else Widget())

    def on_parent(self, _widget: object, parent: Widget | None) -> None:
        """Listen to the keyboard while the pad is shown."""
        if parent is None:
            Window.unbind(on_key_down=self._typed)
        else:
            Window.bind(on_key_down=self._typed)

    def _typed(self, _window: object, code: int, _scan: int, text: str | None, _modifiers: object) -> None:
        if self.get_root_window() is None:
            return
        if code == BACKSPACE:
            self.dispatch("on_key", "back")
        elif text and text in "0123456789":
            self.dispatch("on_key", text)

    def _key(self, key: str) -> PinKey:
        is_back = key == "back"
        pin_key = PinKey(digit="" if is_back else key, icon="backspace-outline" if is_back else "")
        self.fbind("is_sunken", pin_key.setter("is_sunken"))
        pin_key.bind(on_release=lambda _key: self.dispatch("on_key", key))
        return pin_key


class BrandPanel(BoxLayout):
    """Name and promise of the product, at the side or on top."""


@dispatches("on_switch", "on_forgot")
class UnlockScreen(BoxLayout):
    """Draws UnlockState. presenter (None until the vault is read); events on_switch, on_forgot."""

    presenter = ObjectProperty(None, allownone=True)
    name = StringProperty("")
    agency = StringProperty("")
    text = StringProperty("")
    digits = NumericProperty(0)
    is_error = BooleanProperty(False)
    can_type = BooleanProperty(False)
    has_others = BooleanProperty(False)
    can_forget = BooleanProperty(False)
    is_passphrase = BooleanProperty(False)
    pad = ObjectProperty(None)

    def show(self, state: UnlockState) -> None:
        """Draw the state."""
        chosen = state.chosen
        self.name, self.agency = (chosen.name, chosen.agency) if chosen else ("", "")
        self.text, self.digits, self.is_passphrase = state.text, state.digits, state.is_passphrase
        self.is_error, self.can_type = state.is_error, state.can_type
        self.has_others = len(state.officers) > 1
        self.can_forget = chosen is not None and state.forgetful is None and not state.is_busy

    def on_is_passphrase(self, _widget: object, is_passphrase: bool) -> None:
        """Put the field of a passphrase in the place of the pad, and back."""
        self.ids.way.clear_widgets()
        if is_passphrase:
            # Late: the pad is drawn before the vault is read, and the field needs the whole kit.
            from field178_mobile.features.access.screens.passphrase import PassphraseEntry

            entry = PassphraseEntry(action=language("Open"), can_type=self.can_type)
            self.fbind("can_type", entry.setter("can_type"))
            self.fbind("name", lambda *_changed: entry.clear())
            entry.bind(on_submit=lambda _entry, text: self.presenter.submit(text))
            self.ids.way.add_widget(entry)
        else:
            self.ids.way.add_widget(self.pad)

    def press(self, key: str) -> None:
        """Pass a key to the presenter, once there is one."""
        if self.presenter is None:
            return
        if key == "back":
            self.presenter.back()
        else:
            self.presenter.type(key)


load_beside(__file__)
