"""Card that offers to copy values of the last record of a kind."""

from __future__ import annotations

from kivy.properties import StringProperty

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside


class RepeatCard(kit.Press):
    """Card above a form. title; text (values that it would fill); event on_release."""

    title = StringProperty("")
    text = StringProperty("")


load_beside(__file__)
