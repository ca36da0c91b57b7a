"""The offer to take over what the last record of a kind said."""

from __future__ import annotations

from kivy.properties import StringProperty

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside


class RepeatCard(kit.Press):
    """The offer over a form. title; text (what it would fill); event on_release."""

    title = StringProperty("")
    text = StringProperty("")


load_beside(__file__)
