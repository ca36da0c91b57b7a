"""Words and their width, icons and small marks: Txt, Title, Section, Small, Word, Ic, Pill, Tile, Divider."""

from __future__ import annotations

from functools import lru_cache

from kivy.core.text import Label as CoreLabel
from kivy.properties import BooleanProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from field178_mobile.kit.kv import load_beside

INKS = (
    "text",
    "muted",
    "faint",
    "primary",
    "ok",
    "bad",
    "warn",
    "primary_on",
    "bad_on",
    "rail_text",
    "rail_on",
)
WASHES = ("plain", "primary", "ok", "bad", "warn")


class Txt(Label):
    """Text that wraps to its width and is as high as its lines.

    text; tone (ink: text muted faint primary ok bad warn); weight (regular, medium, bold);
    may_shorten (True: one line ended by an ellipsis, for names that users write; the lint accepts the cut).
    """

    tone = OptionProperty("text", options=INKS)
    weight = OptionProperty("regular", options=("regular", "medium", "bold"))
    may_shorten = BooleanProperty(False)


class Title(Txt):
    """The heading of a pane: 22 sp, bold. Properties of Txt."""


class Section(Txt):
    """The heading of a section or card: 17 sp, bold. Properties of Txt."""


class Small(Txt):
    """Secondary text: 13 sp, muted. Properties of Txt."""


class Word(Label):
    """One line, as wide as its text: a state word, a number at the right.

    text; tone (ink); weight (regular, medium, bold).
    """

    tone = OptionProperty("text", options=INKS)
    weight = OptionProperty("regular", options=("regular", "medium", "bold"))


class Ic(Label):
    """One icon in a 24 dp box. icon (name of ui/icons.py, "" = nothing); tone (ink); font_size to scale."""

    icon = StringProperty("")
    tone = OptionProperty("muted", options=INKS)


class Pill(BoxLayout):
    """A small rounded mark, not touchable: a state or a counter.

    text; icon; tone (wash and ink: plain primary ok bad warn).
    """

    text = StringProperty("")
    icon = StringProperty("")
    tone = OptionProperty("plain", options=WASHES)


class Tile(Label):
    """An icon on a rounded soft ground of 44 dp, as in list rows. icon; tone (plain primary ok bad warn)."""

    icon = StringProperty("")
    tone = OptionProperty("plain", options=WASHES)


class Divider(Widget):
    """A hair line across the width."""


load_beside(__file__)


@lru_cache(maxsize=2048)
def text_width(text: str, font_size: float, font_name: str = "UI", bold: bool = False) -> int:
    """Return the width in pixels of a text on one line."""
    width, _height = CoreLabel(font_name=font_name, font_size=font_size, bold=bold).get_extents(text)
    return int(width)


def line_count(text: str, width: float, font_size: float, font_name: str = "UI", bold: bool = False) -> int:
    """Return the number of lines of a text in a width."""
    lines, line = 1, ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and text_width(longer, font_size, font_name, bold) > width:
            lines, longer = lines + 1, word
        line = longer
    return lines
