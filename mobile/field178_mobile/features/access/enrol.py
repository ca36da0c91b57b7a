"""Enrolment: code of the office, password (once, online), PIN, or passphrase without a key store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Generic, Protocol

from field178_mobile.features.access.unlock import (
    NO_KEY_STORE,
    PIN_DIGITS,
    WITHOUT_MARKS,
    Opened,
    OpenedOut,
    UnlockWording,
)
from field178_mobile.presentation.background import Background
from field178_mobile.replication.enrolment import EnrolLink, read_address, read_link
from field178_mobile.vault import passphrase
from field178_mobile.vault.model import TabletOfficer
from field178_mobile.vault.pins import is_weak
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.text.i18n import N_

CODE_LENGTH = 16
_CROCKFORD = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_ALIKE = str.maketrans("OIL", "011")


class EnrolmentPort(Protocol[OpenedOut]):
    """Network and vault operations for enrolment."""

    def register(self, link: EnrolLink) -> str:
        """Register this device with the office and return the login of its officer, "" if unknown.

        After a lost answer the same device is registered again.
        """
        ...

    def sign_in(self, login: str, password: str, one_time_code: str) -> TabletOfficer:
        """Bind an officer to the device and return the officer; `one_time_code` is usually ""."""
        ...

    def propose_passphrase(self) -> str:
        """Return a fresh passphrase, "" where the tablet accepts a PIN."""
        ...

    def set_up(self, officer: TabletOfficer, pin: str) -> OpenedOut:
        """Store the officer's PIN or passphrase and unlock the store."""
        ...


class EnrolmentStep(StrEnum):
    """The step of the enrolment."""

    CODE = "code"
    SIGN_IN = "sign_in"
    PIN = "pin"
    PIN_AGAIN = "pin_again"
    PASSPHRASE = "passphrase"  # noqa: S105  a step
    PASSPHRASE_AGAIN = "passphrase_again"  # noqa: S105  a step


STEPS = tuple(EnrolmentStep)


@dataclass(frozen=True, slots=True)
class EnrolState:
    """State of the enrolment screen. `number` 0: the steps are not numbered.

    `login` is prefilled; `way_back`: label of the back button, "" without one.
    """

    step: EnrolmentStep = EnrolmentStep.CODE
    number: int = 1
    title: str = ""
    hint: str = ""
    address: str = ""
    login: str = ""
    way_back: str = ""
    link_error: str = ""
    address_error: str = ""
    code_error: str = ""
    error: str = ""
    officer: str = ""
    digits: int = 0
    phrase: str = ""
    is_busy: bool = False


class EnrolPresenter(Generic[Opened]):
    """Presenter of the steps; a further officer of an enrolled tablet begins at the sign-in.

    With `on_signed_in` the enrolment ends there: the officer has a PIN already.
    """

    def __init__(
        self,
        port: EnrolmentPort[Opened],
        background: Background,
        wording: UnlockWording,
        render: Callable[[EnrolState], None],
        on_done: Callable[[TabletOfficer, Opened], None],
        on_signed_in: Callable[[TabletOfficer], None] | None = None,
    ) -> None:
        self._port = port
        self._background = background
        self._wording = wording
        self._render = render
        self._on_done = on_done
        self._on_signed_in = on_signed_in
        self._officer: TabletOfficer | None = None
        self._expected: TabletOfficer | None = None
        self._address = self._login = ""
        self._has_code = self._must_replace = False
        self._pin = self._first_pin = self._phrase = ""
        self.state = EnrolState()

    def start(
        self,
        step: EnrolmentStep = EnrolmentStep.CODE,
        expected: TabletOfficer | None = None,
        address: str = "",
    ) -> None:
        """Show the first step; only the expected officer, if given, may sign in.

        `address` is prefilled if the tablet knows its office.
        """
        self._expected, self._address = expected, address
        self._has_code = step is EnrolmentStep.CODE
        self._go(step)

    def resume(self, login: str) -> None:
        """Continue an interrupted enrolment at the sign-in."""
        self._login, self._has_code = login, True
        self._go(EnrolmentStep.SIGN_IN)

    def replace_pin(self, officer: TabletOfficer) -> None:
        """Show a passphrase to an officer whose PIN is not enough on this tablet."""
        self._officer, self._must_replace = officer, True
        self.propose()

    def propose(self) -> None:
        """Show a fresh passphrase."""
        if not self.state.is_busy:
            self._phrase = self._port.propose_passphrase()
            self._go(EnrolmentStep.PASSPHRASE)

    def take(self) -> None:
        """Take the shown passphrase: it is typed once."""
        self._go(EnrolmentStep.PASSPHRASE_AGAIN)

    def submit_passphrase(self, text: str) -> None:
        """Set the passphrase up, if it is typed as it was shown."""
        if self.state.is_busy or not text.strip():
            return
        if passphrase.folded(text) == passphrase.folded(self._phrase):
            self._set_up(self._phrase)
        else:
            differs = self._say("This is not the passphrase that was shown.")
            self._show(replace(self.state, error=differs))

    def go_back(self) -> None:
        """Go back one step: the code may belong to another officer, or its tablet was revoked."""
        if self.state.way_back and not self.state.is_busy:
            self._go(_WAYS_BACK[self.state.step][0])

    def mend(self, error: str) -> None:
        """Clear the errors of an edited field and of the step."""
        cleared: dict[str, Any] = {"error": "", error: ""}
        mended = replace(self.state, **cleared)
        if mended != self.state:
            self._show(mended)

    def submit_link(self, text: str) -> None:
        """Register with a whole link, scanned or pasted."""
        if self.state.is_busy:
            return
        link = read_link(text)
        if link is None:
            self._show(replace(self.state, link_error=self._say("This is no enrolment link.")))
        else:
            self._register(link)

    def submit_code(self, address: str, code: str) -> None:
        """Register with an address and a code typed by hand."""
        if self.state.is_busy:
            return
        url, bare = read_address(address), read_code(code)
        wrong_address = "" if url else self._say("Not a web address.")
        wrong_code = "" if bare else self._say("The enrolment code has 16 letters and digits.")
        self._show(replace(self.state, link_error="", address_error=wrong_address, code_error=wrong_code))
        if url and bare:
            self._register(EnrolLink(url, bare))

    def submit_sign_in(self, login: str, password: str, one_time_code: str = "") -> None:
        """Sign in with the office's password, and the one-time code if the office requires it."""
        if self.state.is_busy:
            return
        if not login.strip() or not password:
            self._show(replace(self.state, error=self._say("Enter login and password.")))
            return
        self._show(replace(self.state, is_busy=True, error=""))
        self._background.run(
            lambda: self._port.sign_in(login.strip(), password, "".join(one_time_code.split())),
            self._signed_in,
            self._refused,
        )

    def type(self, digit: str) -> None:
        """Append one digit of the new PIN."""
        if self.state.is_busy or len(self._pin) >= PIN_DIGITS:
            return
        self._pin += digit
        self._show(replace(self.state, digits=len(self._pin), error=""))
        if len(self._pin) == PIN_DIGITS:
            self._typed()

    def back(self) -> None:
        """Delete the last digit."""
        self._pin = self._pin[:-1]
        self._show(replace(self.state, digits=len(self._pin)))

    def _register(self, link: EnrolLink) -> None:
        self._address = link.url
        self._show(
            replace(self.state, is_busy=True, error="", link_error="", address_error="", code_error="")
        )
        self._background.run(lambda: self._port.register(link), self._registered, self._refused)

    def _registered(self, login: str) -> None:
        self._login = login
        self._go(EnrolmentStep.SIGN_IN)

    def _signed_in(self, officer: TabletOfficer) -> None:
        if self._expected is not None and officer.id != self._expected.id:
            template = self._say("This login is another officer's; sign in as {name}.")
            self._go(EnrolmentStep.SIGN_IN, template.format(name=self._expected.name))
            return
        self._officer = officer
        if self._on_signed_in is not None:
            self._on_signed_in(officer)
            return
        self._phrase = self._port.propose_passphrase()
        self._go(EnrolmentStep.PASSPHRASE if self._phrase else EnrolmentStep.PIN)

    def _typed(self) -> None:
        pin, self._pin = self._pin, ""
        if self.state.step is EnrolmentStep.PIN:
            if is_weak(pin):
                self._go(EnrolmentStep.PIN, message(ErrorCode.PIN_WEAK, self._wording.language))
            else:
                self._first_pin = pin
                self._go(EnrolmentStep.PIN_AGAIN)
        elif pin != self._first_pin:
            self._go(EnrolmentStep.PIN, self._say("The two PINs differ. Choose again."))
        else:
            self._set_up(pin)

    def _set_up(self, pin: str) -> None:
        officer = self._officer
        if officer is None:
            return
        self._show(replace(self.state, is_busy=True, digits=PIN_DIGITS))
        self._background.run(
            lambda: self._port.set_up(officer, pin),
            lambda opened: self._on_done(officer, opened),
            self._refused,
        )

    def _refused(self, error: AppError) -> None:
        text = message(error.code, self._wording.language)
        self._show(replace(self.state, is_busy=False, digits=0, error=text))

    def _go(self, step: EnrolmentStep, error: str = "") -> None:
        self._pin = ""
        title, hint = _WORDS[step]
        if self._expected is not None:
            again = _FOR_NEW_PIN if self._on_signed_in is None else _AGAIN
            title, hint = again.get(step, (title, hint))
        self._show(
            EnrolState(
                step=step,
                number=0 if self._on_signed_in or self._must_replace else min(STEPS.index(step) + 1, 3),
                phrase=self._phrase if step is EnrolmentStep.PASSPHRASE else "",
                title=self._say(title),
                hint=self._say(hint),
                address=self._address,
                login=self._login,
                way_back=self._way_back(step),
                error=error,
                officer=officer.name if (officer := self._officer or self._expected) else "",
            )
        )

    def _way_back(self, step: EnrolmentStep) -> str:
        is_first = (
            step is EnrolmentStep.CODE
            or (step is EnrolmentStep.SIGN_IN and not self._has_code)
            or (step is EnrolmentStep.PASSPHRASE and self._must_replace)
        )
        return "" if is_first else self._say(_WAYS_BACK[step][1])

    def _say(self, text: str) -> str:
        return self._wording.translate(text)

    def _show(self, state: EnrolState) -> None:
        self.state = state
        self._render(state)


_FOR_NEW_PIN = {
    EnrolmentStep.CODE: (
        N_("Ask the office for an enrolment code"),
        N_("It is for you alone and valid for ten minutes. Nothing on this tablet is lost."),
    ),
    EnrolmentStep.SIGN_IN: (
        N_("Sign in for a new PIN"),
        N_("With the login and password of the office, over a network. Nothing on this tablet is lost."),
    ),
}
_AGAIN = {
    EnrolmentStep.SIGN_IN: (
        N_("Sign in again to go on receiving data"),
        N_("With the login and password of the office, over a network. The PIN stays as it is."),
    ),
}
_WAYS_BACK = {
    EnrolmentStep.SIGN_IN: (EnrolmentStep.CODE, N_("Use another enrolment code")),
    EnrolmentStep.PIN: (EnrolmentStep.SIGN_IN, N_("Back to the sign-in")),
    EnrolmentStep.PIN_AGAIN: (EnrolmentStep.PIN, N_("Choose another PIN")),
    EnrolmentStep.PASSPHRASE: (EnrolmentStep.SIGN_IN, N_("Back to the sign-in")),
    EnrolmentStep.PASSPHRASE_AGAIN: (EnrolmentStep.PASSPHRASE, N_("See the passphrase again")),
}
_WORDS = {
    EnrolmentStep.CODE: (
        N_("Enrol this tablet"),
        N_("The office gives you an enrolment code. It is valid once, for ten minutes, and needs a network."),
    ),
    EnrolmentStep.SIGN_IN: (
        N_("Sign in once"),
        N_("With the login and password of the office. Afterwards a PIN is enough, without a network."),
    ),
    EnrolmentStep.PIN: (
        N_("Choose a PIN"),
        N_("Six digits that only you know; no birthday, no row of digits."),
    ),
    EnrolmentStep.PIN_AGAIN: (N_("The same PIN again"), N_("So that a slip of the finger locks nobody out.")),
    EnrolmentStep.PASSPHRASE: (N_("Your passphrase"), NO_KEY_STORE),
    EnrolmentStep.PASSPHRASE_AGAIN: (N_("Type the passphrase"), WITHOUT_MARKS),
}


def read_code(text: str) -> str | None:
    """Return the 16 characters of a code typed with blanks, hyphens or look-alikes, or None."""
    bare = "".join(text.split()).replace("-", "").upper().translate(_ALIKE)
    return bare if len(bare) == CODE_LENGTH and set(bare) <= _CROCKFORD else None
