"""Status line about sync at the foot of the window, and the demo banner at its head."""

from __future__ import annotations

from kivy.uix.boxlayout import BoxLayout

from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets import text

_REQUIRED = (text.Ic,)


class TabletStatusLine(BoxLayout):
    """Line that shows `tablet_status`; added children are placed at its right. Hidden without a text."""


class DemoBanner(BoxLayout):
    """Banner of demo data."""


load_beside(__file__)
