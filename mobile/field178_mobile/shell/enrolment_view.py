"""The screen on which a tablet joins the office, or an officer a tablet, put together with its presenter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from field178_mobile.features.access.enrol import EnrolmentPort, EnrolmentStep, EnrolPresenter
from field178_mobile.features.access.screens.enrol import EnrolScreen
from field178_mobile.features.access.unlock import UnlockWording
from field178_mobile.kit.language import language

if TYPE_CHECKING:
    from field178_mobile.presentation.background import Background
    from field178_mobile.tablet import FirstEnrolment, TabletSession
    from field178_mobile.vault import TabletOfficer

Done = Callable[["TabletOfficer", "TabletSession"], None]


def tablet_joins(port: FirstEnrolment, background: Background, on_done: Done) -> EnrolScreen:
    """Return the screen of a bare tablet, at the code; at the sign-in where the code was taken already."""
    screen = _screen(port, background, on_done, EnrolScreen())
    if (enrolment := port.enrolment) is None:
        screen.presenter.start()
    else:
        screen.presenter.resume(enrolment.login)
    return screen


def officer_joins(
    port: EnrolmentPort[TabletSession],
    background: Background,
    on_done: Done,
    on_cancel: Callable[[], None],
    expected: TabletOfficer | None = None,
    address: str = "",
) -> EnrolScreen:
    """Return the screen of one more officer, or of one expected who sets a new PIN.

    With the office's address it begins at a code of the office, else at the sign-in.
    """
    screen = _screen(port, background, on_done, EnrolScreen(has_cancel=True))
    screen.bind(on_cancel=lambda _screen: on_cancel())
    screen.presenter.start(EnrolmentStep.CODE if address else EnrolmentStep.SIGN_IN, expected, address)
    return screen


def pin_is_replaced(
    port: EnrolmentPort[TabletSession],
    background: Background,
    on_done: Done,
    on_cancel: Callable[[], None],
    officer: TabletOfficer,
) -> EnrolScreen:
    """Return the screen on which an officer replaces a PIN by a passphrase."""
    screen = _screen(port, background, on_done, EnrolScreen(has_cancel=True))
    screen.bind(on_cancel=lambda _screen: on_cancel())
    screen.presenter.replace_pin(officer)
    return screen


def officer_returns(
    port: EnrolmentPort[TabletSession],
    background: Background,
    on_signed_in: Callable[[TabletOfficer], None],
    on_cancel: Callable[[], None],
    expected: TabletOfficer,
) -> EnrolScreen:
    """Return the sign-in screen of an officer who must sign in again; the PIN stays."""
    screen = EnrolScreen(has_cancel=True)
    wording = UnlockWording(language, language.code)
    screen.presenter = EnrolPresenter(
        port, background, wording, screen.show, lambda *_opened: None, on_signed_in
    )
    screen.bind(on_cancel=lambda _screen: on_cancel())
    screen.presenter.start(EnrolmentStep.SIGN_IN, expected)
    return screen


def _screen(
    port: EnrolmentPort[TabletSession], background: Background, on_done: Done, screen: EnrolScreen
) -> EnrolScreen:
    wording = UnlockWording(language, language.code)
    screen.presenter = EnrolPresenter(port, background, wording, screen.show, on_done)
    return screen
