"""How wide words are before they are drawn."""

from __future__ import annotations

from functools import lru_cache

from kivy.core.text import Label


@lru_cache(maxsize=2048)
def text_width(text: str, font_size: float, font_name: str = "UI", bold: bool = False) -> int:
    """Return the width in pixels of a text on one line."""
    width, _height = Label(font_name=font_name, font_size=font_size, bold=bold).get_extents(text)
    return int(width)
