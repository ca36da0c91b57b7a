"""How the marks of the map are drawn: a shape and an icon for each kind, never colour alone."""

from __future__ import annotations

import functools

from kivy.core.text import Label as CoreLabel
from kivy.graphics import Color, Ellipse, Line, Quad, Rectangle, RoundedRectangle
from kivy.graphics.texture import Texture
from kivy.metrics import dp, sp

from field178_mobile.kit.icons import icon
from field178_mobile.kit.language import language
from field178_mobile.kit.theme import theme
from field178_shared.text.formats import number_text

# kind: icon, ink, shape
STYLES = {
    "returned": ("message-alert-outline", "bad", "square"),
    "drafts": ("pencil-outline", "primary", "square"),
    "to_fix": ("alert-outline", "warn", "diamond"),
    "not_this_year": ("clock-outline", "muted", "ring"),
    "done": ("check", "ok", "circle"),
}
URGENCY = tuple(STYLES)
SIZE_DP, CLUSTER_DP = 32, 38


def draw_pin(kind: str, x: float, y: float, is_chosen: bool) -> None:
    """Draw one establishment with its middle at a point of the window; inside a canvas."""
    name, ink, shape = STYLES[kind]
    colour, size = getattr(theme, ink), dp(SIZE_DP) * (1.25 if is_chosen else 1)
    Color(*theme.surface)
    _shape(shape, x, y, size + dp(4))
    is_hollow = shape == "ring"
    Color(*(theme.surface if is_hollow else colour))
    _shape(shape, x, y, size)
    if is_hollow:
        Color(*colour)
        Line(circle=(x, y, size / 2 - dp(1)), width=dp(1.6))
    glyph = _text(icon(name), "Icons", sp(17))
    Color(*(colour if is_hollow else theme.surface))
    _middle(glyph, x, y)


def mark_px(count: int) -> float:
    """Return width and height of a cluster mark by its number of establishments."""
    if count == 1:
        return float(dp(SIZE_DP) + dp(4))
    return float(dp(CLUSTER_DP) + dp(2) * min(len(str(count)) - 1, 3) * 3 + dp(6))


def draw_cluster(count: int, kind: str, x: float, y: float) -> None:
    """Draw a cluster: its number in a ring with the colour of its most urgent establishment."""
    whole = mark_px(count)
    size = whole - dp(6)
    Color(*getattr(theme, STYLES[kind][1]))
    Ellipse(pos=(x - whole / 2, y - whole / 2), size=(whole, whole))
    Color(*theme.surface)
    Ellipse(pos=(x - size / 2, y - size / 2), size=(size, size))
    Color(*theme.text)
    _middle(_text(number_text(count, language.code), "UI", sp(14)), x, y)


def name_px(name: str) -> tuple[float, float]:
    """Return width and height of the name of a commune."""
    width, height = _text(name, "UIMed", sp(13)).size
    return width + dp(12), height + dp(4)


def draw_commune(name: str, x: float, y: float) -> None:
    """Draw the name of a commune with its middle at a point of the window."""
    width, height = name_px(name)
    Color(*theme.surface[:3], 0.85)
    RoundedRectangle(pos=(x - width / 2, y - height / 2), size=(width, height), radius=[dp(8)])
    Color(*theme.muted)
    _middle(_text(name, "UIMed", sp(13)), x, y)


def draw_here(x: float, y: float) -> None:
    """Draw where the tablet is."""
    for colour, size in ((theme.surface, 22), (theme.primary, 16)):
        Color(*colour)
        Ellipse(pos=(x - dp(size) / 2, y - dp(size) / 2), size=(dp(size), dp(size)))


def _shape(shape: str, x: float, y: float, size: float) -> None:
    half = size / 2
    if shape == "diamond":
        reach = half * 1.2
        Quad(points=(x - reach, y, x, y + reach, x + reach, y, x, y - reach))
    elif shape == "square":
        RoundedRectangle(pos=(x - half, y - half), size=(size, size), radius=[dp(8)])
    else:
        Ellipse(pos=(x - half, y - half), size=(size, size))


def _middle(texture: Texture, x: float, y: float) -> None:
    width, height = texture.size
    Rectangle(texture=texture, pos=(x - width / 2, y - height / 2), size=(width, height))


@functools.lru_cache(maxsize=512)
def _text(text: str, font: str, size: float) -> Texture:
    # White texture: the ink is set by a Color instruction, so that a change of mode needs no new texture.
    label = CoreLabel(text=text, font_name=font, font_size=size, color=(1, 1, 1, 1))
    label.refresh()
    return label.texture
