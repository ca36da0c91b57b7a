"""Change of the officer's PIN: old PIN first, then the new PIN twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Protocol

from field178_mobile.features.access.unlock import (
    NO_KEY_STORE,
    PIN_DIGITS,
    WITHOUT_MARKS,
    UnlockWording,
    misspelling,
    refusal,
    waiting,
)
from field178_mobile.presentation.background import Background
from field178_mobile.vault import passphrase
from field178_mobile.vault.pins import is_weak
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.text.i18n import N_


class PinKeeper(Protocol):
    """Vault operations for changing a PIN; `check` and `change` are slow and raise AppError."""

    def wait_s(self) -> int:
        """Return for how many seconds no PIN is taken."""
        ...

    def check(self, pin: str) -> None:
        """Raise AppError for a wrong PIN, which counts as in the unlock."""
        ...

    def uses_passphrase(self) -> bool:
        """Return whether the officer has a passphrase, not a PIN."""
        ...

    def propose_passphrase(self) -> str:
        """Return a fresh passphrase, "" where the tablet accepts a PIN."""
        ...

    def change(self, pin: str, fresh_pin: str) -> None:
        """Replace the old PIN by the new PIN."""
        ...


class ChangePinStep(IntEnum):
    """The step of the change, as the screen shows it."""

    OLD = 1
    FRESH = 2
    AGAIN = 3


@dataclass(frozen=True, slots=True)
class ChangePinState:
    """The whole sheet. `is_done`: the new PIN is in force."""

    number: int = 1
    title: str = ""
    text: str = ""
    is_error: bool = False
    digits: int = 0
    is_busy: bool = False
    wait_s: int = 0
    is_done: bool = False
    is_passphrase: bool = False
    phrase: str = ""

    @property
    def can_type(self) -> bool:
        """Return whether the pad accepts digits."""
        return not (self.is_busy or self.wait_s or self.is_done)


class ChangePinPresenter:
    """Presenter of the digits; the PIN changes only after the new PIN was typed twice."""

    def __init__(
        self,
        keeper: PinKeeper,
        background: Background,
        wording: UnlockWording,
        render: Callable[[ChangePinState], None],
    ) -> None:
        self._keeper = keeper
        self._background = background
        self._wording = wording
        self._render = render
        self._step = ChangePinStep.OLD
        self._typed = self._old = self._fresh = ""
        self._is_passphrase = False
        self.state = ChangePinState()

    def start(self) -> None:
        """Start with the old PIN, or show the remaining wait."""
        self._is_passphrase = self._keeper.uses_passphrase()
        self._go(ChangePinStep.OLD)
        if wait_s := self._keeper.wait_s():
            self._wait(wait_s)

    def type(self, digit: str) -> None:
        """Append one digit; the sixth digit ends a step."""
        if not self.state.can_type:
            return
        self._typed += digit
        if len(self._typed) < PIN_DIGITS:
            self._show(replace(self.state, digits=len(self._typed)))
            return
        pin, self._typed = self._typed, ""
        {
            ChangePinStep.OLD: self._check,
            ChangePinStep.FRESH: self._choose,
            ChangePinStep.AGAIN: self._confirm,
        }[self._step](pin)

    def propose(self) -> None:
        """Show a fresh passphrase."""
        if self.state.can_type:
            self._fresh = self._keeper.propose_passphrase()
            self._go(ChangePinStep.FRESH)

    def take(self) -> None:
        """Take the shown passphrase: it is typed once."""
        if self.state.can_type:
            self._go(ChangePinStep.AGAIN)

    def submit(self, text: str) -> None:
        """Handle a typed passphrase: the old one, or the new one as it was shown."""
        if not self.state.can_type or not text.strip():
            return
        if self._step is ChangePinStep.AGAIN:
            if passphrase.folded(text) == passphrase.folded(self._fresh):
                self._change(self._fresh)
            else:
                self._go(ChangePinStep.FRESH, self._say("This is not the passphrase that was shown."))
        elif mistake := misspelling(text, self._wording):
            self._go(ChangePinStep.OLD, mistake)
        else:
            self._check(text)

    def back(self) -> None:
        """Delete the last digit."""
        self._typed = self._typed[:-1]
        self._show(replace(self.state, digits=len(self._typed)))

    def tick(self) -> None:
        """Count a delay down, each second."""
        if self.state.wait_s:
            wait_s = self._keeper.wait_s()
            if wait_s:
                self._wait(wait_s)
            else:
                self._go(ChangePinStep.OLD)

    def _check(self, pin: str) -> None:
        def checked(_none: None) -> None:
            self._old = pin
            self._fresh = self._keeper.propose_passphrase()
            self._go(ChangePinStep.FRESH)

        self._work(lambda: self._keeper.check(pin), checked)

    def _choose(self, pin: str) -> None:
        if is_weak(pin):
            self._go(ChangePinStep.FRESH, message(ErrorCode.PIN_WEAK, self._wording.language))
        elif pin == self._old:
            self._go(ChangePinStep.FRESH, self._say("This is your PIN already. Choose another one."))
        else:
            self._fresh = pin
            self._go(ChangePinStep.AGAIN)

    def _confirm(self, pin: str) -> None:
        if pin != self._fresh:
            self._go(ChangePinStep.FRESH, self._say("The two PINs differ. Choose again."))
        else:
            self._change(pin)

    def _change(self, pin: str) -> None:
        old, self._old, self._fresh = self._old, "", ""
        self._work(
            lambda: self._keeper.change(old, pin),
            lambda _none: self._show(replace(self.state, is_busy=False, is_done=True)),
        )

    def _work(self, work: Callable[[], None], done: Callable[[None], None]) -> None:
        sentence = self._say("One moment…")
        self._show(replace(self.state, digits=PIN_DIGITS, text=sentence, is_error=False, is_busy=True))
        self._background.run(work, done, self._refused)

    def _refused(self, error: AppError) -> None:
        text, wait_s = refusal(error, self._wording, self._is_passphrase)
        self._go(ChangePinStep.OLD, text)
        if wait_s:
            self._wait(wait_s)

    def _wait(self, wait_s: int) -> None:
        text = waiting(wait_s, self._wording)
        self._show(replace(self.state, text=text, is_error=True, wait_s=wait_s))

    def _go(self, step: ChangePinStep, error: str = "") -> None:
        self._step, self._typed = step, ""
        title, hint = (_PASSPHRASE_WORDS if self._is_passphrase else _WORDS)[step]
        self._show(
            ChangePinState(
                step.value,
                self._say(title),
                error or self._say(hint),
                is_error=bool(error),
                is_passphrase=self._is_passphrase,
                phrase=self._fresh if self._is_passphrase and step is ChangePinStep.FRESH else "",
            )
        )

    def _say(self, text: str) -> str:
        return self._wording.translate(text)

    def _show(self, state: ChangePinState) -> None:
        self.state = state
        self._render(state)


_WORDS = {
    ChangePinStep.OLD: (N_("Your PIN until now"), N_("A wrong one counts as it does at the unlocking.")),
    ChangePinStep.FRESH: (
        N_("Choose a PIN"),
        N_("Six digits that only you know; no birthday, no row of digits."),
    ),
    ChangePinStep.AGAIN: (N_("The same PIN again"), N_("So that a slip of the finger locks nobody out.")),
}
_PASSPHRASE_WORDS = {
    ChangePinStep.OLD: (
        N_("Your passphrase until now"),
        N_("A wrong one counts as it does at the unlocking."),
    ),
    ChangePinStep.FRESH: (N_("Your passphrase"), NO_KEY_STORE),
    ChangePinStep.AGAIN: (N_("Type the passphrase"), WITHOUT_MARKS),
}
