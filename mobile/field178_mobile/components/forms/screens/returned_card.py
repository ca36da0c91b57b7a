"""What the office wrote when it returned the entry, over the form that corrects it."""

from __future__ import annotations

from kivy.properties import StringProperty

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside


class ReturnedCard(kit.Column):
    """The words of the office. text."""

    text = StringProperty("")


load_beside(__file__)
