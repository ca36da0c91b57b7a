"""Sheet for changing the PIN, with the pad of the unlock screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from field178_mobile.features.access.change_pin import ChangePinPresenter, ChangePinState, PinKeeper
from field178_mobile.features.access.screens import passphrase, unlock
from field178_mobile.features.access.unlock import UnlockWording
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language
from field178_mobile.kit.language import language as _

if TYPE_CHECKING:
    from field178_mobile.presentation.background import Background

__all__ = ["ChangePinSheet"]
_REQUIRED = (unlock.PinPad, passphrase.PassphraseEntry)
SECOND_S = 1.0


class ChangePinSheet(kit.Sheet):
    """Sheet for the old PIN and twice the new PIN. ChangePinSheet(keeper, background).open()."""

    def __init__(self, keeper: PinKeeper, background: Background, **kwargs: object) -> None:
        is_passphrase = keeper.uses_passphrase()
        super().__init__(title=_("Change my passphrase") if is_passphrase else _("Change my PIN"), **kwargs)
        self._body = ChangePinBody()
        self.add_widget(self._body)
        wording = UnlockWording(language, language.code)
        self.presenter = ChangePinPresenter(keeper, background, wording, self._show)
        self._body.presenter = self.presenter
        self.presenter.start()
        Clock.schedule_interval(self._tick, SECOND_S)

    def _show(self, state: ChangePinState) -> None:
        self._body.show(state)
        # A sheet that was closed meanwhile shows no toast.
        if state.is_done and self.parent is not None:
            self.dismiss()
            kit.toast(
                _("Passphrase changed: it is the new one from the next unlocking on")
                if state.is_passphrase
                else _("PIN changed: it is the new one from the next unlocking on")
            )

    def _tick(self, _dt: float) -> bool:
        self.presenter.tick()
        # False stops the timer: the sheet was closed, by the officer or by a lock.
        return self.parent is not None


class PinWay(kit.Column):
    """Dots and pad. body."""

    body = ObjectProperty(None)


class TypedWay(kit.Column):
    """Field of a passphrase. body."""

    body = ObjectProperty(None)


class ProposedWay(kit.Column):
    """Proposed words. body."""

    body = ObjectProperty(None)


class ChangePinBody(kit.Column):
    """Step, message, and the way to type or to take the secret. show(state); presenter."""

    presenter = ObjectProperty(None, allownone=True)
    number = NumericProperty(1)
    title = StringProperty("")
    text = StringProperty("")
    digits = NumericProperty(0)
    is_error = BooleanProperty(False)
    can_type = BooleanProperty(False)
    phrase = StringProperty("")

    def show(self, state: ChangePinState) -> None:
        """Draw the state; a typed passphrase goes with its step."""
        way = PinWay if not state.is_passphrase else ProposedWay if state.phrase else TypedWay
        shown = next(iter(self.ids.way.children), None)
        if not isinstance(shown, way) or (way is TypedWay and state.number != self.number):
            self.ids.way.clear_widgets()
            self.ids.way.add_widget(way(body=self))
        self.phrase = state.phrase
        self.number, self.title, self.text = state.number, state.title, state.text
        self.digits, self.is_error, self.can_type = state.digits, state.is_error, state.can_type

    def press(self, key: str) -> None:
        """Pass a key of the pad to the presenter."""
        if key == "back":
            self.presenter.back()
        else:
            self.presenter.type(key)


load_beside(__file__)
