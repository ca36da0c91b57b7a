"""A value that is chosen in a sheet: the field shows it, a tap opens the sheet."""

from __future__ import annotations

from kivy.properties import ObjectProperty, StringProperty

from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets import text
from field178_mobile.kit.widgets.press import Press

__all__ = ["SheetField"]
_REQUIRED = (text.Txt,)


class SheetField(Press):
    """A value with its label. shown (its text; placeholder while empty); icon; error; warning.

    `focus_box`: the box of the focus ring.
    """

    label = StringProperty("")
    shown = StringProperty("")
    placeholder = StringProperty("")
    icon = StringProperty("")
    error = StringProperty("")
    warning = StringProperty("")
    focus_box = ObjectProperty(None)


load_beside(__file__)
