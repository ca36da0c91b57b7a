"""How wide words are before they are drawn."""

from __future__ import annotations

from functools import lru_cache

from kivy.core.text import Label


@lru_cache(maxsize=2048)
def text_width(text: str, font_size: float, font_name: str = "UI", bold: bool = False) -> int:
    """Return the width in pixels of a text on one line."""
    width, _height = Label(font_name=font_name, font_size=font_size, bold=bold).get_extents(text)
    return int(width)


def line_count(text: str, width: float, font_size: float, font_name: str = "UI", bold: bool = False) -> int:
    """Return how many lines the words of a text take in a width."""
    lines, line = 1, ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and text_width(longer, font_size, font_name, bold) > width:
            lines, longer = lines + 1, word
        line = longer
    return lines
