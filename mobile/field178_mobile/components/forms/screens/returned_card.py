"""Card with the office's reasons for returning the entry, above its form."""

from __future__ import annotations

from kivy.properties import StringProperty

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside


class ReturnedCard(kit.Column):
    """The words of the office. text."""

    text = StringProperty("")


load_beside(__file__)
