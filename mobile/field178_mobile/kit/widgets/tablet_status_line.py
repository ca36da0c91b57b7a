"""The line about sync at the foot of what fills the window, and the banner of made-up data at its head."""

from __future__ import annotations

from kivy.uix.boxlayout import BoxLayout

from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets import text

_REQUIRED = (text.Ic,)


class TabletStatusLine(BoxLayout):
    """Says what `tablet_status` knows; what is added stands at its right. Without a text it takes no room."""


class DemoBanner(BoxLayout):
    """Says that the data are made up, where they are."""


load_beside(__file__)
