"""Toast: a message at the foot of the screen that disappears after a few seconds."""

from __future__ import annotations

from collections.abc import Iterator

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent
from kivy.properties import NumericProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.theme import theme
from field178_mobile.kit.widgets import text as _text
from field178_mobile.kit.widgets.text import text_width

__all__ = ["Toast", "toast"]
_REQUIRED = (_text.Ic, _text.Txt)
TOAST_S, SETTLED_S = 3.5, 0.1
NO_FOOT = 0.11  # y of a toast on a screen without buttons at its foot, as a share of the window


class Toast(BoxLayout):
    """Short message at the foot of the screen that disappears by itself.

    text; icon; tone (plain, ok, bad, warn).
    """

    text = StringProperty("")
    icon = StringProperty("")
    tone = OptionProperty("plain", options=("plain", "ok", "bad", "warn"))
    natural = NumericProperty(0)

    def on_text(self, _widget: object, text: str) -> None:
        """Measure the text: the box takes its width from the text."""
        self.natural = text_width(text, theme.sizes["control"], "UIMed")

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Remove the toast at a touch and pass the touch to the widgets below."""
        if self.collide_point(*touch.pos):
            Window.remove_widget(self)
        return False


def toast(text: str, icon: str = "check-circle", tone: str = "ok") -> Toast:
    """Show a message at the foot of the screen; it replaces an earlier message."""
    for child in list(Window.children):
        if isinstance(child, Toast):
            Window.remove_widget(child)
    shown = Toast(text=text, icon=icon, tone=tone)
    _lift(shown)
    # The screen may change with the message: its foot has its position a few frames later.
    Clock.schedule_once(lambda _dt: _lift(shown), SETTLED_S)
    Window.add_widget(shown)
    Clock.schedule_once(lambda _dt: Window.remove_widget(shown), TOAST_S)
    return shown


def _lift(shown: Toast) -> None:
    """Place a toast above the buttons at the foot of the topmost layer."""
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


load_beside(__file__)
