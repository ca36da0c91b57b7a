"""Notices above the photos: hints, and undo of a removal."""

from __future__ import annotations

from kivy.properties import ObjectProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.text import WASHES

_REQUIRED = (kit.Btn,)


class RoundNotice(BoxLayout):
    """A notice within a page: text; icon; tone (plain primary ok bad warn)."""

    text = StringProperty("")
    icon = StringProperty("")
    tone = OptionProperty("warn", options=WASHES)


class UndoNotice(BoxLayout):
    """Notice of a removed photo with an undo button: text; grid (with the gallery)."""

    text = StringProperty("")
    grid = ObjectProperty(None)


load_beside(__file__)
