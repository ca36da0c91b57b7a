"""Scrolling that answers a finger at once: veils under the touch, releases without Kivy's 0.2 s wait."""

from __future__ import annotations

from kivy.input.motionevent import MotionEvent
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

__all__ = ["PromptScroll"]


class PromptScroll(ScrollView):
    """A scroll view in which a pressed child shows its veil within a frame and a tap releases at once."""

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Veil what lies under the finger before the scroll view has decided."""
        hinted = _pressable_at(self, *touch.pos) if self.collide_point(*touch.pos) else None
        if hinted is not None:
            touch.ud["hinted"] = hinted
            hinted.hint_press()
        return bool(super().on_touch_down(touch))

    def on_touch_up(self, touch: MotionEvent) -> bool:
        """Let a tap through at once; end a veil whose touch became a scroll."""
        mode = touch.ud.get(self._get_uid(), {}).get("mode") if touch.grab_current is self else None
        handled = bool(super().on_touch_up(touch))
        if mode == "unknown":
            # The scroll view sends the release 0.2 s later; sent now, the later one finds nothing left to
            # release.
            self._do_touch_up(touch)
        hinted = touch.ud.pop("hinted", None)
        if hinted is not None and hinted.state == "normal":
            hinted.end_hint()
        return handled


def _pressable_at(widget: Widget, x: float, y: float) -> Widget | None:
    """Return the innermost pressable under a point given in the coordinates of the widget's parent."""
    local = widget.to_local(x, y)
    for child in widget.children:
        if child.collide_point(*local) and (found := _pressable_at(child, *local)) is not None:
            return found
    return widget if isinstance(widget, ButtonBehavior) and hasattr(widget, "hint_press") else None
