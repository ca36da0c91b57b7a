"""The ring around what the keyboard would press: two lines, dark and light, to be seen on any ground."""

from __future__ import annotations

from kivy.graphics import Color, InstructionGroup, Line
from kivy.metrics import dp
from kivy.uix.widget import Widget

from field178_mobile.kit.theme import theme

GAP_DP = 2
RADIUS_DP = 12


class FocusRing:
    """Drawn over one widget at a time. put(widget), take_off()."""

    def __init__(self) -> None:
        self.on: Widget | None = None
        self._outer, self._inner = Line(width=dp(1.6)), Line(width=dp(1.6))
        self._dark, self._light = Color(), Color()
        self._drawn = InstructionGroup()
        for part in (self._dark, self._outer, self._light, self._inner):
            self._drawn.add(part)

    def put(self, widget: Widget) -> None:
        """Draw it around a widget, wherever that moves."""
        self.take_off()
        self.on = widget
        widget.canvas.after.add(self._drawn)
        widget.bind(pos=self._follow, size=self._follow)
        theme.bind(mode=self._follow)
        self._follow()

    def take_off(self) -> None:
        """Draw nothing."""
        if self.on is None:
            return
        theme.unbind(mode=self._follow)
        self.on.unbind(pos=self._follow, size=self._follow)
        self.on.canvas.after.remove(self._drawn)
        self.on = None

    def _follow(self, *_args: object) -> None:
        if self.on is None:
            return
        self._dark.rgba, self._light.rgba = theme.text, theme.surface
        for line, inset in ((self._outer, dp(GAP_DP)), (self._inner, dp(GAP_DP * 2.5))):
            width, height = self.on.width - 2 * inset, self.on.height - 2 * inset
            radius = max(1, min(dp(RADIUS_DP), width / 2, height / 2))
            line.rounded_rectangle = (self.on.x + inset, self.on.y + inset, width, height, radius)
