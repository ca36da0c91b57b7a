"""Pressable widgets: Press (any content), Btn, IconBtn, Chip."""

from __future__ import annotations

from kivy.animation import Animation
from kivy.input.motionevent import MotionEvent
from kivy.properties import BooleanProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.theme import theme
from field178_mobile.kit.widgets import optional_shape
from field178_mobile.kit.widgets import text as _text
from field178_mobile.kit.widgets.text import INKS
from field178_mobile.kit.widgets.toast import toast

__all__ = ["Btn", "Chip", "DisabledReason", "IconBtn", "Press", "Pressable"]
_REQUIRED = (_text.Ic, optional_shape)
PRESSED_ALPHA = 0.10
_DRESS = {
    "primary": ("primary", "primary_on"),
    "danger": ("bad", "bad_on"),
    "soft": ("primary_soft", "primary"),
    "outline": ("line", "primary"),
    "plain": ("surface", "primary"),
}


class DisabledReason(Widget):
    """Widget that may be disabled. reason: why, shown at a tap."""

    reason = StringProperty("")

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Show the reason at a tap on the disabled widget."""
        if self.disabled and self.reason and self.collide_point(*touch.pos) and not touch.is_mouse_scrolling:
            toast(self.reason, "information-outline", "plain")
        return bool(super().on_touch_down(touch))


class Pressable(ButtonBehavior, DisabledReason):
    """The touch behaviour of the kit: a veil within one frame of the touch, fading after it.

    Event on_release.
    """

    veil = NumericProperty(0)
    veil_radius = NumericProperty("12dp")

    def hint_press(self) -> None:
        """Show the press veil at once, before a scrolling parent decides about the touch."""
        if not self.disabled:
            self.veil = PRESSED_ALPHA

    def end_hint(self) -> None:
        """Fade the press veil out."""
        Animation.cancel_all(self, "veil")
        if theme.has_motion:
            Animation(veil=0, d=0.18).start(self)
        else:
            self.veil = 0

    def on_state(self, _widget: object, state: str) -> None:
        """Follow the button state."""
        if state == "down":
            Animation.cancel_all(self, "veil")
            self.hint_press()
        else:
            self.end_hint()


class Press(Pressable, BoxLayout):
    """Any content that can be pressed as one. Event on_release."""


class Btn(Pressable, AnchorLayout):
    """A button of 52 dp. text; icon; kind (primary, soft, outline, danger, plain); disabled.

    Without text and icon it takes no space. As wide as its text; set size_hint_x to stretch. Event
    on_release.
    """

    text = StringProperty("")
    icon = StringProperty("")
    kind = OptionProperty("primary", options=("primary", "soft", "outline", "danger", "plain"))
    ink = StringProperty("primary_on")
    ground = StringProperty("primary")

    def on_kind(self, *_: object) -> None:
        """Set the colours of ground and ink."""
        self.ground, self.ink = ("plain_soft", "faint") if self.disabled else _DRESS[self.kind]
        if self.kind == "outline":
            self.ground = "line"

    def on_disabled(self, *_: object) -> None:
        """Set the colours of a disabled, readable button."""
        self.on_kind()


class IconBtn(Pressable, Label):
    """An icon of 48 × 48 dp to press.

    icon; tone (ink); soft (True: on a soft ground); hint (spoken name, for the lint and tests).
    """

    icon = StringProperty("")
    tone = OptionProperty("muted", options=INKS)
    is_soft = BooleanProperty(False)
    hint = StringProperty("")


class Chip(Pressable, Label):
    """A choice in a row of choices, drawn 38 dp high with 48 dp of touch. text; active. Event on_release.

    The chip does not change `active` by itself: render it from the state.
    """

    active = BooleanProperty(False)


load_beside(__file__)
