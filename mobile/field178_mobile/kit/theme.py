"""Theme data: colour tokens of each mode, font sizes, spacing; kv binds to `theme`."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from kivy.event import EventDispatcher
from kivy.metrics import Metrics, sp
from kivy.properties import BooleanProperty, ColorProperty, DictProperty, NumericProperty, OptionProperty
from kivy.utils import get_color_from_hex

LIGHT: Mapping[str, str] = {
    "bg": "F3F6F8",
    "surface": "FFFFFF",
    "sunken": "EEF2F5",
    "line": "DDE4EA",
    "text": "0E1B26",
    "muted": "465663",
    "faint": "5C6C79",
    "primary": "0B6B63",
    "primary_on": "FFFFFF",
    "primary_soft": "DDF1EE",
    "selected": "E6F4F2",
    "ok": "116B33",
    "ok_soft": "DCF5E4",
    "bad": "B42318",
    "bad_on": "FFFFFF",
    "bad_soft": "FDE7E4",
    "warn": "9A5B00",
    "warn_soft": "FFF0D2",
    "plain_soft": "E6EBEF",
    "rail": "0C3B3A",
    "rail_text": "B9D6D2",
    "rail_on": "FFFFFF",
    "rail_pill": "17605C",
    "shadow": "0B253A22",
    "scrim": "0A161C8C",
}
DARK: Mapping[str, str] = {
    "bg": "0D1417",
    "surface": "141D21",
    "sunken": "0F181B",
    "line": "2A383E",
    "text": "E8EFF1",
    "muted": "A3B4BB",
    "faint": "8496A0",
    "primary": "4FD1C1",
    "primary_on": "04302C",
    "primary_soft": "12403B",
    "selected": "132F2C",
    "ok": "5ED88A",
    "ok_soft": "12371F",
    "bad": "FF8A7D",
    "bad_on": "3B0906",
    "bad_soft": "471915",
    "warn": "F5BE5B",
    "warn_soft": "3D2C0B",
    "plain_soft": "26343A",
    "rail": "0A1012",
    "rail_text": "87A19F",
    "rail_on": "E8FFFC",
    "rail_pill": "1B4A46",
    "shadow": "00000055",
    "scrim": "000000A6",
}
# For a dark street: black ground, dimmed inks, every pair 7:1.
NIGHT: Mapping[str, str] = {
    "bg": "000000",
    "surface": "060809",
    "sunken": "0B0F10",
    "line": "232C2F",
    "text": "C3CDCF",
    "muted": "A2AEB1",
    "faint": "9CA8AB",
    "primary": "4FC3B5",
    "primary_on": "001512",
    "primary_soft": "04201D",
    "selected": "061A18",
    "ok": "58C584",
    "ok_soft": "051B0D",
    "bad": "FF9C90",
    "bad_on": "200504",
    "bad_soft": "260A08",
    "warn": "DDAE5C",
    "warn_soft": "1E1503",
    "plain_soft": "12181A",
    "rail": "000000",
    "rail_text": "8FA3A1",
    "rail_on": "D5E6E3",
    "rail_pill": "0A2B28",
    "shadow": "00000000",
    "scrim": "000000B8",
}
MODES: Mapping[str, Mapping[str, str]] = {"light": LIGHT, "dark": DARK, "night": NIGHT}

# Every pair of ink and ground drawn by the kit; the token test requires a contrast of 4.5:1 in every mode.
TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *(
        (ink, ground)
        for ink in ("text", "muted", "faint")
        for ground in ("bg", "surface", "sunken", "selected")
    ),
    *((ink, "surface") for ink in ("primary", "ok", "bad", "warn")),
    *((ink, "bg") for ink in ("primary", "ok", "bad", "warn")),
    *((ink, "sunken") for ink in ("primary", "bad", "warn")),
    *((ink, f"{ink}_soft") for ink in ("primary", "ok", "bad", "warn")),
    *(("text", f"{tone}_soft") for tone in ("primary", "ok", "bad", "warn", "plain")),
    ("muted", "plain_soft"),
    ("primary", "selected"),
    ("warn", "selected"),
    ("primary_on", "primary"),
    ("bad_on", "bad"),
    ("rail_text", "rail"),
    ("rail_on", "rail"),
    ("rail_on", "rail_pill"),
)

_INKS = (
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
_WASHES = {
    "primary": "primary_soft",
    "ok": "ok_soft",
    "bad": "bad_soft",
    "warn": "warn_soft",
    "plain": "plain_soft",
}
FONT_SCALES = (1.0, 1.15, 1.3)
TWO_PANES_FROM_DP = 900


def _colour(token: str) -> ColorProperty:
    return ColorProperty(f"#{LIGHT[token]}")


# Font sizes in sp, by use.
SIZES_SP = {
    "brand": 64,
    "name": 26,
    "screen": 24,
    "pane": 22,
    "headline": 20,
    "sheet": 19,
    "section": 17,
    "body": 15,
    "control": 14,
    "secondary": 13,
    "hint": 12.5,
    "question": 14.5,
    "number": 44,
}


class Theme(EventDispatcher):
    """Theme of the appearance, bound in kv: `theme.primary`, `theme.inks[root.tone]`, `theme.sizes['body']`.

    Tones: text, muted, faint, primary, ok, bad, warn (inks); plain, primary, ok, bad, warn (washes: soft
    grounds).
    """

    mode = OptionProperty("light", options=tuple(MODES))
    is_dark = BooleanProperty(False)
    is_wide = BooleanProperty(True)  # two panes fit
    has_motion = BooleanProperty(True)  # False if the system setting for reduced motion is on
    colours = DictProperty()  # every token by name
    inks = DictProperty()
    washes = DictProperty()

    bg = _colour("bg")
    surface = _colour("surface")
    sunken = _colour("sunken")
    line = _colour("line")
    text = _colour("text")
    muted = _colour("muted")
    faint = _colour("faint")
    primary = _colour("primary")
    primary_on = _colour("primary_on")
    primary_soft = _colour("primary_soft")
    selected = _colour("selected")
    ok = _colour("ok")
    ok_soft = _colour("ok_soft")
    bad = _colour("bad")
    bad_on = _colour("bad_on")
    bad_soft = _colour("bad_soft")
    warn = _colour("warn")
    warn_soft = _colour("warn_soft")
    plain_soft = _colour("plain_soft")
    rail = _colour("rail")
    rail_text = _colour("rail_text")
    rail_on = _colour("rail_on")
    rail_pill = _colour("rail_pill")
    shadow = _colour("shadow")
    scrim = _colour("scrim")

    # A constant font size in kv, over a rule that follows one of these, is lost when the scale changes.
    sizes = DictProperty()

    gap_xs = NumericProperty("4dp")
    gap_s = NumericProperty("8dp")
    gap_m = NumericProperty("12dp")
    gap_l = NumericProperty("16dp")
    gap_xl = NumericProperty("24dp")
    touch = NumericProperty("48dp")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._put_sizes()
        self.apply("light")

    def apply(self, mode: str) -> None:
        """Apply the tokens of a mode; bound widgets are redrawn in the next frame."""
        with _nothing_collected():
            self._put(mode)

    def _put(self, mode: str) -> None:
        tokens = MODES[mode]
        colours = {name: get_color_from_hex(code) for name, code in tokens.items()}
        self.colours = colours
        self.inks = {name: colours[name] for name in _INKS}
        self.washes = {tone: colours[name] for tone, name in _WASHES.items()}
        for name, colour in colours.items():
            setattr(self, name, colour)
        self.mode = mode
        self.is_dark = mode != "light"

    def set_font_scale(self, scale: float) -> None:
        """Scale all sizes in sp, within the range that the lint covers (1.0 to 1.3)."""
        with _nothing_collected():
            Metrics.fontscale = min(max(scale, FONT_SCALES[0]), FONT_SCALES[-1])
            self._put_sizes()

    def _put_sizes(self) -> None:
        # One property for all sizes, so that a kv rule of an instance is evaluated after the rule of its
        # class. With one property per size the order would be undefined, and a text could get the size of its
        # class.
        self.sizes = {name: sp(size) for name, size in SIZES_SP.items()}

    def fit(self, width_px: float) -> None:
        """Decide for a window width whether two panes fit."""
        self.is_wide = width_px >= TWO_PANES_FROM_DP * Metrics.density


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Hold the collector still: a widget collected in the middle of a change is called while dead."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


theme = Theme()
