"""Unlock: choice of officer, and the PIN or passphrase that opens the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from field178_mobile.presentation.background import Background
from field178_mobile.vault import passphrase
from field178_mobile.vault.model import TabletOfficer
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.text.i18n import N_

PIN_DIGITS = 6
NO_KEY_STORE = N_(
    "This tablet has no key store of the system: whoever copies its files would try out all PINs in a few "
    "days. Four words chosen by chance cannot be guessed. Write them down and keep them away from the tablet."
)
WITHOUT_MARKS = N_("The four words, with or without marks, in small or capital letters.")


Opened = TypeVar("Opened")
OpenedOut = TypeVar("OpenedOut", covariant=True)


class PinUnlockPort(Protocol[OpenedOut]):
    """The unlocking port of the tablet."""

    def officers(self) -> Sequence[TabletOfficer]:
        """Return the officers of this tablet."""
        ...

    def uses_passphrase(self, officer_id: str) -> bool:
        """Return whether the officer types a passphrase, not a PIN."""
        ...

    def open(self, officer_id: str, pin: str) -> OpenedOut:
        """Open for the right PIN or passphrase; slow; raises AppError."""
        ...

    def wait_s(self, officer_id: str) -> int:
        """Return for how many seconds no PIN is taken."""
        ...


@dataclass(frozen=True, slots=True)
class UnlockState:
    """State of the unlock screen.

    `forgetful`: officer whose PIN is reset after the chosen officer's unlock.
    """

    officers: tuple[TabletOfficer, ...] = ()
    chosen: TabletOfficer | None = None
    digits: int = 0
    text: str = ""
    is_error: bool = False
    is_busy: bool = False
    wait_s: int = 0
    forgetful: TabletOfficer | None = None
    is_passphrase: bool = False

    @property
    def others(self) -> tuple[TabletOfficer, ...]:
        """Return the officers who could unlock the tablet for the chosen officer."""
        return tuple(item for item in self.officers if item != self.chosen)

    @property
    def can_type(self) -> bool:
        """Return whether the pad accepts digits."""
        return self.chosen is not None and not self.is_busy and not self.wait_s


@dataclass(frozen=True, slots=True)
class UnlockWording:
    """The texts of the screen: catalog, language of error sentences, names of agencies."""

    translate: Callable[[str], str]
    language: str = "vi"
    agency: Callable[[str], str] = str


def refusal(error: AppError, wording: UnlockWording, is_passphrase: bool = False) -> tuple[str, int]:
    """Return the text about a refused PIN or passphrase, and the seconds of the wait."""
    left, wait = error.details.get("tries_left"), error.details.get("wait_s")
    if isinstance(wait, int) and wait:
        return waiting(wait, wording), wait
    if error.code is ErrorCode.PIN_WRONG and isinstance(left, int):
        template = (
            wording.translate("Wrong passphrase. Tries left before a wait: {left}.")
            if is_passphrase
            else wording.translate("Wrong PIN. Tries left before a wait: {left}.")
        )
        return template.format(left=left), 0
    return message(error.code, wording.language), 0


def waiting(wait_s: int, wording: UnlockWording) -> str:
    """Return the text of the wait, counted down."""
    minutes, seconds = divmod(wait_s, 60)
    template = wording.translate("Too many wrong PINs. Try again in {wait}.")
    return template.format(wait=f"{minutes}:{seconds:02d}")


def misspelling(text: str, wording: UnlockWording) -> str:
    """Return why a typed text cannot be a passphrase, "" if it can: such a text costs no try."""
    if word := passphrase.unknown_word(text):
        return wording.translate("“{word}” is no word of the list.").format(word=word)
    return message(ErrorCode.PASSPHRASE_WEAK, wording.language) if passphrase.is_weak(text) else ""


class UnlockPresenter(Generic[Opened]):
    """Presenter of the digits; the sixth digit unlocks the store. A wrong PIN never deletes data."""

    def __init__(
        self,
        vault: PinUnlockPort[Opened],
        background: Background,
        wording: UnlockWording,
        render: Callable[[UnlockState], None],
        on_opened: Callable[[TabletOfficer, Opened], None],
        on_helped: Callable[[TabletOfficer, Opened], None] | None = None,
    ) -> None:
        self._vault = vault
        self._background = background
        self._wording = wording
        self._render = render
        self._on_opened = on_opened
        self._on_helped = on_helped or on_opened
        self._pin = ""
        self.state = UnlockState()

    def start(self, last_officer: str = "") -> None:
        """Show the officers; the last officer, or the only one, is chosen."""
        named = self._wording.agency
        officers = tuple(replace(item, agency=named(item.agency)) for item in self._vault.officers())
        chosen = next((item for item in officers if item.id == last_officer), None)
        self._show(UnlockState(officers))
        self._choose(chosen or next(iter(officers), None))

    def choose(self, officer_id: str) -> None:
        """Choose another officer."""
        self._choose(next(item for item in self.state.officers if item.id == officer_id))

    def _choose(self, chosen: TabletOfficer | None) -> None:
        self._pin = ""
        is_passphrase = chosen is not None and self._vault.uses_passphrase(chosen.id)
        fresh = replace(self.state, chosen=chosen, digits=0, forgetful=None, is_passphrase=is_passphrase)
        self._show(fresh)
        self._ask()

    def help(self, helper_id: str) -> None:
        """Let another officer unlock for the chosen officer, who has forgotten the PIN."""
        forgetful = self.state.chosen
        self.choose(helper_id)
        self._show(replace(self.state, forgetful=forgetful))
        self._ask()

    def type(self, digit: str) -> None:
        """Append one digit; the last digit unlocks."""
        if not self.state.can_type or len(self._pin) >= PIN_DIGITS:
            return
        self._pin += digit
        self._show(replace(self.state, digits=len(self._pin), is_error=False, text=self._invitation()))
        if len(self._pin) == PIN_DIGITS:
            self._open()

    def submit(self, text: str) -> None:
        """Unlock with a typed passphrase; a text that can be none costs no try."""
        if not self.state.can_type or not text.strip():
            return
        if mistake := misspelling(text, self._wording):
            self._show(replace(self.state, is_error=True, text=mistake))
            return
        self._pin = text
        self._open()

    def back(self) -> None:
        """Delete the last digit."""
        self._pin = self._pin[:-1]
        self._show(replace(self.state, digits=len(self._pin)))

    def tick(self) -> None:
        """Count a delay down, each second."""
        if self.state.wait_s:
            self._ask()

    def _open(self) -> None:
        officer, pin = self.state.chosen, self._pin
        if officer is None:
            return
        busy = self._say("Opening the notebook…")
        self._show(replace(self.state, is_busy=True, is_error=False, text=busy))
        self._background.run(
            lambda: self._vault.open(officer.id, pin),
            lambda opened: self._opened(officer, opened),
            self._refused,
        )

    def _opened(self, officer: TabletOfficer, opened: Opened) -> None:
        self._pin = ""
        self._show(replace(self.state, digits=0, is_busy=False, text="", is_error=False))
        forgetful, self.state = self.state.forgetful, replace(self.state, forgetful=None)
        login_officer = forgetful or officer
        bound = next((item for item in self._vault.officers() if item.id == login_officer.id), login_officer)
        (self._on_helped if forgetful else self._on_opened)(bound, opened)

    def _refused(self, error: AppError) -> None:
        self._pin = ""
        text, wait_s = refusal(error, self._wording, self.state.is_passphrase)
        self._show(replace(self.state, digits=0, is_busy=False, is_error=True, text=text, wait_s=wait_s))

    def _ask(self) -> None:
        chosen = self.state.chosen
        wait_s = self._vault.wait_s(chosen.id) if chosen else 0
        text = waiting(wait_s, self._wording) if wait_s else self._invitation()
        self._show(replace(self.state, wait_s=wait_s, text=text, is_error=bool(wait_s)))

    def _invitation(self) -> str:
        forgetful, chosen = self.state.forgetful, self.state.chosen
        is_passphrase = self.state.is_passphrase
        if forgetful is None or chosen is None:
            return (
                self._say("Enter your passphrase") if is_passphrase else self._say("Enter your 6-digit PIN")
            )
        template = (
            self._say("Passphrase of {helper}: {name} then signs in and receives a new one.")
            if is_passphrase
            else self._say("PIN of {helper}: {name} then signs in and chooses a new PIN.")
        )
        return template.format(helper=chosen.name, name=forgetful.name)

    def _say(self, text: str) -> str:
        return self._wording.translate(text)

    def _show(self, state: UnlockState) -> None:
        self.state = state
        self._render(state)
