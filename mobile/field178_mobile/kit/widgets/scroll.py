"""Scroll views that react to a finger at once and keep their place otherwise."""

from __future__ import annotations

from kivy.animation import Animation
from kivy.effects.scroll import ScrollEffect
from kivy.input.motionevent import MotionEvent
from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

__all__ = ["PromptScroll", "UnfadedScroll"]

LONGEST_STEP_S = 0.1


class CalmScroll(ScrollEffect):
    """Scroll effect that slows down and ends at the edge, independent of the frame rate.

    Kivy's own effect springs back from beyond the edge; with frames of half a second the spring overshoots
    more and more and moves the page between a look and a tap.
    """

    def update_velocity(self, dt: float) -> None:
        """Move by a step, never by more than a short one."""
        super().update_velocity(min(dt, LONGEST_STEP_S))


class UnfadedScroll(ScrollView):
    """Scroll view that dims its bar at once, after each scroll and each layout.

    Kivy draws 30 frames to fade the bar, some of them even if both colours are equal.
    """

    def _bind_inactive_bar_color(self, *args: object) -> None:
        super()._bind_inactive_bar_color(*args)
        Animation.cancel_all(self, "_bar_color")
        self._bar_color = self.bar_inactive_color


class PromptScroll(UnfadedScroll):
    """Scroll view with immediate press veils and taps.

    The widget at its top keeps its place when content above it grows or shrinks. Kivy's `scroll_y`, a share
    of the height, would move the page under the thumb with every answer that unfolds something.
    """

    effect_cls = ObjectProperty(CalmScroll, allownone=True)
    always_overscroll = BooleanProperty(False)
    scroll_y: float

    def __init__(self, **kwargs: object) -> None:
        self._hidden = 0.0
        super().__init__(**kwargs)
        for name in ("viewport_size", "height"):
            self.fbind(name, self._keep_top)

    def on_scroll_move(self, touch: MotionEvent, *args: object) -> bool | None:
        """Treat a touch as scrolling by its distance from the start, not by its trembling."""
        touch_state = touch.ud.get(self._get_uid())
        if touch_state is not None and touch_state["mode"] == "unknown":
            # The scroll view adds the last step to these: then they are the way from the beginning.
            touch_state["dx"] = abs(touch.x - touch.ox) - abs(touch.dx)
            touch_state["dy"] = abs(touch.y - touch.oy) - abs(touch.dy)
        result: bool | None = super().on_scroll_move(touch, *args)
        return result

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Show the press veil before the scroll view decides; a mouse wheel presses nothing."""
        may_press = not touch.is_mouse_scrolling and self.collide_point(*touch.pos)
        hinted = _pressable_at(self, *touch.pos) if may_press else None
        if hinted is not None:
            touch.ud["hinted"] = hinted
            hinted.hint_press()
        return bool(super().on_touch_down(touch))

    def on_touch_up(self, touch: MotionEvent) -> bool:
        """Release a tap at once; remove the veil of a touch that became a scroll."""
        mode = touch.ud.get(self._get_uid(), {}).get("mode") if touch.grab_current is self else None
        handled = bool(super().on_touch_up(touch))
        if mode == "unknown":
            # The scroll view would release the touch 0.2 s later; after this call its own release has no
            # effect.
            self._do_touch_up(touch)
        hinted = touch.ud.pop("hinted", None)
        if hinted is not None and hinted.state == "normal":
            hinted.end_hint()
        return handled

    def _above(self) -> float:
        """Return the height of the page above the view."""
        return (1 - self.scroll_y) * self._hidden

    def _pushed(self) -> float:
        """Return by how much the anchored widget was moved down by content above it."""
        return 0.0

    def _keep_top(self, *_args: object) -> None:
        hidden = max(0.0, self.viewport_size[1] - self.height)
        pushed = self._pushed()
        if hidden == self._hidden:
            return
        above, self._hidden = max(0, self._above() + pushed), hidden
        self.scroll_y = 1 - min(1, above / hidden) if hidden else 1
        if self.effect_y is not None and not self.effect_y.is_manual:
            self._update_effect_y_bounds()


def _pressable_at(widget: Widget, x: float, y: float) -> Widget | None:
    """Return the innermost pressable under a point given in the coordinates of the widget's parent."""
    local = widget.to_local(x, y)
    for child in widget.children:
        if child.collide_point(*local) and (pressable := _pressable_at(child, *local)) is not None:
            return pressable
    return widget if isinstance(widget, ButtonBehavior) and hasattr(widget, "hint_press") else None
