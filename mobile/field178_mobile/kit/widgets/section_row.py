"""A section of the checklist in the list of sections."""

from __future__ import annotations

from kivy.properties import BooleanProperty, NumericProperty, OptionProperty, StringProperty

from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets import surface
from field178_mobile.kit.widgets.press import Press

__all__ = ["SectionRow"]
_REQUIRED = (surface.Meter,)


class SectionRow(Press):
    """One line of the section list. name; sub (agency, grey); counter ("3/7"); progress (0 to 1);
    tone (primary, ok, warn, bad: of bar and icon); icon ("" = none); note (word at the right, e.g. "2 chưa
    đạt"); has_line (hair line above, off for the first). Event on_release.
    """

    name = StringProperty("")
    sub = StringProperty("")
    counter = StringProperty("")
    note = StringProperty("")
    icon = StringProperty("")
    has_line = BooleanProperty(True)
    progress = NumericProperty(0)
    tone = OptionProperty("primary", options=("primary", "ok", "bad", "warn"))


load_beside(__file__)
