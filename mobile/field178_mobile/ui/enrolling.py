"""The screen on which a tablet joins the office, or an officer a tablet, put together with its presenter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from field178_mobile.presenters.enrol import EnrolmentDesk, EnrolPresenter, Step
from field178_mobile.presenters.unlock import Speech
from field178_mobile.ui.language import language
from field178_mobile.ui.screens.enrol import EnrolScreen

if TYPE_CHECKING:
    from field178_mobile.notebook import OpenNotebook
    from field178_mobile.presenters.background import Background
    from field178_mobile.vault import Officer

Done = Callable[["Officer", "OpenNotebook"], None]


def tablet_joins(desk: EnrolmentDesk[OpenNotebook], background: Background, on_done: Done) -> EnrolScreen:
    """Return the screen of a bare tablet, at the code."""
    screen = _screen(desk, background, on_done, EnrolScreen())
    screen.presenter.start()
    return screen


def officer_joins(
    desk: EnrolmentDesk[OpenNotebook],
    background: Background,
    on_done: Done,
    on_cancel: Callable[[], None],
    expected: Officer | None = None,
    address: str = "",
) -> EnrolScreen:
    """Return the screen of one more officer, or of one expected who sets a new PIN.

    With the office's address it begins at a code of the office, else at the sign-in.
    """
    screen = _screen(desk, background, on_done, EnrolScreen(has_cancel=True))
    screen.bind(on_cancel=lambda _screen: on_cancel())
    screen.presenter.start(Step.CODE if address else Step.SIGN_IN, expected, address)
    return screen


def _screen(
    desk: EnrolmentDesk[OpenNotebook], background: Background, on_done: Done, screen: EnrolScreen
) -> EnrolScreen:
    speech = Speech(language, language.code)
    screen.presenter = EnrolPresenter(desk, background, speech, screen.show, on_done)
    return screen
