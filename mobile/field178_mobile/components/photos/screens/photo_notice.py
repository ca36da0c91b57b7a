"""Notices among the photos: what is to know, what can be taken back."""

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
    """What was taken out, with the button that puts it back: text; grid (whose gallery does it)."""

    text = StringProperty("")
    grid = ObjectProperty(None)


load_beside(__file__)
