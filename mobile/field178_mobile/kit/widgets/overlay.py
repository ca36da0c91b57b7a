"""Things over the screen: Sheet (side or bottom), Dialog (a question), Toast (a word that goes away)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kivy.animation import Animation
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.modalview import ModalView
from kivy.uix.widget import Widget

from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.theme import theme
from field178_mobile.kit.widgets import panes, press, surface, tablet_status_line, text
from field178_mobile.kit.widgets.text import text_width

BACK_KEY = 27  # Escape, and what Android sends for its back


__all__ = ["Dialog", "FullPage", "Overlay", "Sheet", "Toast", "close_all", "confirm", "toast"]
_REQUIRED = (panes.PaneHead, press.Btn, surface.ScrollPane, tablet_status_line.DemoBanner, text.Txt)
MOTION_S = 0.2
TOAST_S, SETTLED_S = 3.5, 0.1
NO_FOOT = 0.11  # where a toast stands on a screen without buttons at its foot: a share of the window


class Overlay(ModalView):
    """A veil over the screen that holds one thing; a tap outside or the back key closes it.

    open(), dismiss(), on_dismiss.
    """

    @property
    def is_unkept(self) -> bool:
        """Tell whether it holds what is not kept yet, and is dropped by a lock."""
        return False

    def open(self, *_args: object, **_kwargs: object) -> None:
        """Show it over everything else."""
        super().open(animation=False)

    def dismiss(self, *_args: object, **_kwargs: object) -> None:
        """Take it away."""
        super().dismiss(animation=False)

    def vanish(self) -> None:
        """Take it away and tell nobody: no `on_dismiss` is heard, and no back key reaches it any more."""
        self._real_remove_widget()


class Sheet(Overlay):
    """A panel with a heading: at the right side in landscape, from the bottom in portrait.

    title; sub; width_dp (landscape width, default 440); children go into its scrolling column;
    footer (a row of buttons: sheet.footer.add_widget(Btn(…))). open(), dismiss(), event on_dismiss.
    """

    title = StringProperty("")
    sub = StringProperty("")
    width_dp = NumericProperty(440)
    slide = NumericProperty(0)
    content = ObjectProperty(None)
    footer = ObjectProperty(None)
    is_built = BooleanProperty(False)

    def apply_class_lang_rules(self, *args: object, **kwargs: object) -> None:
        """Build the panel; what is added later belongs to its column."""
        super().apply_class_lang_rules(*args, **kwargs)
        self.content = self.ids.content.__self__
        self.footer = self.ids.footer.__self__
        self.is_built = True

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        """Add to the column of the sheet."""
        if self.is_built:
            self.content.add_widget(widget, *args, **kwargs)
        else:
            super().add_widget(widget, *args, **kwargs)

    def clear(self) -> None:
        """Take every child out of the column."""
        self.content.clear()

    def open(self, *_args: object, **_kwargs: object) -> None:
        """Slide in."""
        super().open()
        if theme.has_motion:
            self.slide = 1
            Animation(slide=0, d=MOTION_S, t="out_cubic").start(self)


class FullPage(Overlay):
    """A page over the whole window with a head, a way back and the tablet's line; one child fills it.

    title; sub; event on_back (the arrow, Escape or Android's back key): closes it, subclasses may ask first.
    """

    title = StringProperty("")
    sub = StringProperty("")
    is_built = BooleanProperty(False)
    __events__ = ("on_back",)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(auto_dismiss=False, **kwargs)

    def apply_class_lang_rules(self, *args: object, **kwargs: object) -> None:
        """Build the head; what is added later is the page."""
        super().apply_class_lang_rules(*args, **kwargs)
        self.is_built = True

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        """Add to the page."""
        if self.is_built:
            self.ids.body.add_widget(widget, *args, **kwargs)
        else:
            super().add_widget(widget, *args, **kwargs)

    def on_back(self) -> None:
        """Close the page."""
        self.dismiss()

    def _handle_keyboard(self, _window: object, key: int, *_args: object) -> bool:
        if key != BACK_KEY:
            return False
        self.dispatch("on_back")
        return True


class Dialog(Overlay):
    """One question with two buttons.

    title; text; yes; no ("" = one button only); kind (primary, danger). Event on_confirm.
    """

    title = StringProperty("")
    text = StringProperty("")
    yes = StringProperty("")
    no = StringProperty("")
    kind = OptionProperty("primary", options=("primary", "danger"))
    __events__ = ("on_confirm",)

    def accept(self) -> None:
        """Close and announce the yes."""
        self.dismiss()
        self.dispatch("on_confirm")

    def on_confirm(self) -> None:
        """Overridden by bind."""


class Toast(BoxLayout):
    """A short word at the foot of the screen that goes away by itself.

    text; icon; tone (plain, ok, bad, warn).
    """

    text = StringProperty("")
    icon = StringProperty("")
    tone = OptionProperty("plain", options=("plain", "ok", "bad", "warn"))
    natural = NumericProperty(0)

    def on_text(self, _widget: object, said: str) -> None:
        """Measure the word: the box is as wide as it, never the other way round."""
        self.natural = text_width(said, theme.sizes["control"], "UIMed")

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Give way to a finger: it is meant for what lies below."""
        if self.collide_point(*touch.pos):
            Window.remove_widget(self)
        return False


def toast(text: str, icon: str = "check-circle", tone: str = "ok") -> Toast:
    """Say a word at the foot of the screen; an earlier one gives way."""
    for child in list(Window.children):
        if isinstance(child, Toast):
            Window.remove_widget(child)
    shown = Toast(text=text, icon=icon, tone=tone)
    _lift(shown)
    # The screen may change with what is said: its foot is in its place a few frames later.
    Clock.schedule_once(lambda _dt: _lift(shown), SETTLED_S)
    Window.add_widget(shown)
    Clock.schedule_once(lambda _dt: Window.remove_widget(shown), TOAST_S)
    return shown


def _lift(shown: Toast) -> None:
    """Put a word above the buttons at the foot of what lies on top."""
    top = next((child for child in Window.children if not isinstance(child, Toast)), None)
    tops = [foot.to_window(foot.x, foot.top)[1] for foot in _feet_of(top) if foot.height]
    shown.pos_hint = {"center_x": 0.5} if tops else {"center_x": 0.5, "y": NO_FOOT}
    if tops:
        shown.y = max(tops) + theme.gap_s


def _feet_of(widget: Widget | None) -> Iterator[Widget]:
    if widget is None or not widget.opacity:
        return
    if getattr(widget, "is_foot", False):
        yield widget
    for child in widget.children:
        yield from _feet_of(child)


def close_all() -> None:
    """Take away everything that lies over the screen; what it was open for may be gone."""
    for widget in list(Window.children):
        if isinstance(widget, Overlay):
            widget.vanish()
        elif isinstance(widget, Toast):
            Window.remove_widget(widget)


def confirm(
    title: str, text: str, yes: str, no: str, on_confirm: Callable[[], None], kind: str = "primary"
) -> Dialog:
    """Ask a question and call back on yes."""
    dialog = Dialog(title=title, text=text, yes=yes, no=no, kind=kind)
    dialog.bind(on_confirm=lambda _dialog: on_confirm())
    dialog.open()
    return dialog


load_beside(__file__)
