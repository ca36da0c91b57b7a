"""The Kivy application: window, look, and the doorway as its root."""

from __future__ import annotations

from kivy.app import App
from kivy.base import ExceptionManager
from kivy.clock import Clock as Frames
from kivy.core.window import Window
from kivy.uix.widget import Widget

from field178_mobile.kit.error_boundary import Refusals
from field178_mobile.kit.language import language
from field178_mobile.kit.preferences import LookBook
from field178_mobile.kit.text_input import typist
from field178_mobile.kit.theme import theme
from field178_mobile.shell.navigator import Doorway
from field178_mobile.shell.shared_services import House

LAYOUT_ROUNDS = 60


class Field178App(App):
    """The tablet application."""

    title = "Sổ hiện trường 178"

    def __init__(self, house: House, look_book: LookBook, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._house = house
        self._look_book = look_book

    @property
    def doorway(self) -> Doorway:
        """Return the root of the window."""
        return self.root

    def build(self) -> Widget:
        """Draw the PIN pad; everything heavy waits until it is on the screen."""
        look = self._look_book.look
        language.switch(look.language)
        theme.has_motion = not self._house.platform.prefers_less_motion()
        theme.set_font_scale(look.font_scale)
        typist.switch(look.typing)
        theme.apply(look.mode)
        # Text that wraps sets heights from the inside out: a deep form needs more rounds in its first frame.
        Frames.max_iteration = LAYOUT_ROUNDS
        self._fit()
        Window.clearcolor = theme.bg
        Window.softinput_mode = "below_target"
        Window.fbind("on_resize", self._fit)
        doorway = Doorway(self._house, self._look_book)
        self._look_book.subscribe(doorway.take_look)
        return doorway

    def on_start(self) -> None:
        """Meet the officer in the frame after the first one."""
        ExceptionManager.add_handler(Refusals())
        self._house.platform.protect_screen()
        Frames.schedule_once(lambda _dt: Frames.schedule_once(self.doorway.meet, 0), 0)

    def on_resume(self) -> None:
        """Lock what has lain about, then draw again: the system may have thrown the picture away."""
        self.doorway.resume()
        Window.canvas.ask_update()

    def on_stop(self) -> None:
        """Close what is open; nothing is lost."""
        self.doorway.shut()

    def _fit(self, *_args: object) -> None:
        theme.fit(Window.width)
