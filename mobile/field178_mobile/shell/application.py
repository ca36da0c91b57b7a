"""The Kivy application: window, appearance, error boundary, and the navigator as its root."""

from __future__ import annotations

import logging

from kivy.app import App
from kivy.base import ExceptionHandler, ExceptionManager
from kivy.clock import Clock as Frames
from kivy.core.window import Window
from kivy.uix.widget import Widget

from field178_mobile.kit import kit
from field178_mobile.kit.language import language
from field178_mobile.kit.preferences import Preferences
from field178_mobile.kit.text_input import input_method
from field178_mobile.kit.theme import theme
from field178_mobile.shell.navigator import Navigator
from field178_mobile.shell.shared_services import SharedServices
from field178_shared.errors import AppError, message

LAYOUT_ROUNDS = 60
_log = logging.getLogger("field178.ui")


class Field178App(App):
    """The tablet application."""

    title = "Sổ hiện trường 178"

    def __init__(self, shared_services: SharedServices, preferences: Preferences, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._shared = shared_services
        self._preferences = preferences

    @property
    def navigator(self) -> Navigator:
        """Return the root of the window."""
        return self.root

    def build(self) -> Widget:
        """Draw the PIN pad; everything heavy waits until it is on the screen."""
        values = self._preferences.values
        language.switch(values.language)
        theme.has_motion = not self._shared.platform.prefers_less_motion()
        theme.set_font_scale(values.font_scale)
        input_method.switch(values.typing)
        theme.apply(values.mode)
        # Text that wraps sets heights from the inside out: a deep form needs more rounds in its first frame.
        Frames.max_iteration = LAYOUT_ROUNDS
        self._fit()
        Window.clearcolor = theme.bg
        Window.softinput_mode = "below_target"
        Window.fbind("on_resize", self._fit)
        navigator = Navigator(self._shared, self._preferences)
        self._preferences.subscribe(navigator.apply_preferences)
        return navigator

    def on_start(self) -> None:
        """Meet the officer in the frame after the first one."""
        ExceptionManager.add_handler(ErrorBoundary())
        self._shared.platform.protect_screen()
        Frames.schedule_once(lambda _dt: Frames.schedule_once(self.navigator.meet, 0), 0)

    def on_resume(self) -> None:
        """Lock an idle session, then draw again: the system may have dropped the surface."""
        self.navigator.resume()
        Window.canvas.ask_update()

    def on_stop(self) -> None:
        """Close the session; all data is stored already."""
        self.navigator.shut()

    def _fit(self, *_args: object) -> None:
        theme.fit(Window.width)


class ErrorBoundary(ExceptionHandler):
    """Shows each AppError that no screen has handled, for example a full disk.

    Other exceptions end the program.
    """

    def handle_exception(self, exception: Exception) -> int:
        """Return whether Kivy continues after the exception."""
        if not isinstance(exception, AppError):
            return int(ExceptionManager.RAISE)
        _log.warning("refused", extra={"code": exception.code})
        kit.toast(message(exception.code, language.code), icon="alert-circle", tone="bad")
        return int(ExceptionManager.PASS)
