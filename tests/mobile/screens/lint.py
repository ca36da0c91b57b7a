"""The lint every screen passes: targets, contrast, cut text, number of widgets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
from kivy.metrics import dp
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.label import Label
from kivy.uix.scrollview import ScrollView
from kivy.uix.textinput import TextInput
from kivy.uix.widget import Widget
from PIL import Image
from tests.mobile.screens.scene import frames, walk

MIN_TARGET_DP = 48
MIN_CONTRAST = 4.5
MAX_WIDGETS = 300
SLACK = 1.5
# Boxes of letters have air around the ink.
OVERLAP = 4


def lint(root: Widget) -> list[str]:
    """Return the faults of places and sizes on a mounted screen, a sentence each.

    Colours are checked in the named states, whose pictures are taken anyway.
    """
    frames(2)
    return lint_shape(root)


def lint_shape(root: Widget) -> list[str]:
    """Return what is wrong with places and sizes: the same in every mode."""
    shown = _shown(root)
    problems = [*_too_many(root), *_outside(shown), *_overlapping(shown)]
    for widget in shown:
        problems += _small_target(widget)
        problems += _nameless_icon(widget)
        problems += _cut_text(widget)
        problems += _silent(widget, shown)
    return problems


def lint_colours(root: Widget, seen: Image.Image) -> list[str]:
    """Return the texts with too little contrast in a picture of the window, each beside its true ground."""
    problems = []
    for label in _shown(root):
        if not isinstance(label, Label) or not label.text.strip() or _is_faded(label):
            continue
        ground = _ground(label, seen)
        if ground is not None and (ratio := contrast(tuple(label.color), ground)) < MIN_CONTRAST:
            problems.append(f"{_name(label)} has contrast {ratio:.1f}, below {MIN_CONTRAST}")
    return problems


def picture() -> Image.Image:
    """Return what the window shows, upside down as GL has it."""
    Window.dispatch("on_draw")  # drawn and not yet flipped away: the pixels read are these
    size = int(Window.width), int(Window.height)
    return Image.frombytes("RGB", size, glReadPixels(0, 0, *size, GL_RGB, GL_UNSIGNED_BYTE))


def contrast(ink: tuple[float, ...], ground: tuple[float, ...]) -> float:
    """Return the WCAG contrast of two colours."""
    light, dark = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _shown(root: Widget) -> list[Widget]:
    return [widget for widget in walk(root) if widget.width > 0 and widget.height > 0]


def _screen_of(root: Widget) -> Widget:
    """Return the screen within the frame of an unlocked tablet; rail and line of truth are no part of it."""
    frame = next((child for child in root.walk(restrict=True) if type(child).__name__ == "Shell"), None)
    return frame.ids.stage if frame is not None else root


def _is_scrolled_sideways(widget: Widget) -> bool:
    while widget is not None and widget is not Window:
        if isinstance(widget, ScrollView) and widget.do_scroll_x:
            return True
        widget = widget.parent
    return False


def _too_many(root: Widget) -> Iterator[str]:
    count = sum(1 for _ in _screen_of(root).walk())
    if count > MAX_WIDGETS:
        yield f"{count} live widgets, at most {MAX_WIDGETS}"


def _small_target(widget: Widget) -> Iterator[str]:
    box = widget.parent if isinstance(widget, TextInput) else widget
    if not isinstance(widget, (ButtonBehavior, TextInput)) or widget.disabled:
        return
    if min(box.width, box.height) < dp(MIN_TARGET_DP) - SLACK:
        yield f"{_name(widget)} is {box.width:.0f} x {box.height:.0f}, a finger needs {MIN_TARGET_DP} dp"


def _silent(widget: Widget, shown: list[Widget]) -> Iterator[str]:
    """A control that cannot be used says why: when it is tapped, or a banner does for the whole record."""
    if not isinstance(widget, ButtonBehavior) or not widget.disabled:
        return
    has_banner = any(type(shown_widget).__name__ == "Banner" and shown_widget.text for shown_widget in shown)
    first, is_whole = widget, False
    while first.parent.disabled:
        first, is_whole = first.parent, True
    if not getattr(first, "reason", "") and not (is_whole and has_banner):
        yield f"{_name(widget)} is disabled and does not say why"


def _nameless_icon(widget: Widget) -> Iterator[str]:
    if type(widget).__name__ == "IconBtn" and widget.icon and not widget.hint:
        yield f"{_name(widget)} has no hint that names it"


def _cut_text(widget: Widget) -> Iterator[str]:
    if not isinstance(widget, Label) or not widget.text or getattr(widget, "may_shorten", False):
        return
    if widget.is_shortened:
        yield f"{_name(widget)} is cut"
    if widget.texture_size[0] > widget.width + SLACK or widget.texture_size[1] > widget.height + SLACK:
        yield f"{_name(widget)} of {widget.texture_size} overflows its box {widget.size}"
    limit = widget.text_size[0]
    if limit and widget.font_name != "Icons":
        for word in widget.text.split():
            if widget._label.get_extents(word)[0] > limit + SLACK:
                yield f"{_name(widget)} breaks the word {word!r}"


def _outside(shown: list[Widget]) -> Iterator[str]:
    for widget in shown:
        if isinstance(widget, (Label, ButtonBehavior)) and widget.parent is not None:
            left, right = widget.to_window(widget.x, 0)[0], widget.to_window(widget.right, 0)[0]
            if (left < -SLACK or right > Window.width + SLACK) and not _is_scrolled_sideways(widget):
                yield f"{_name(widget)} leaves the window ({left:.0f} to {right:.0f})"


def _overlapping(shown: list[Widget]) -> Iterator[str]:
    """Two texts of one layer that lie on each other: neither can be read."""
    texts = [
        (widget, _layer(widget), box)
        for widget in shown
        if isinstance(widget, Label) and widget.text.strip() and (box := _text_box(widget)) is not None
    ]
    for (label, layer, (left, bottom, right, top)), (other, other_layer, box) in combinations(texts, 2):
        if layer is not other_layer or label.parent is other:
            continue
        wide = min(right, box[2]) - max(left, box[0])
        high = min(top, box[3]) - max(bottom, box[1])
        if wide > OVERLAP and high > OVERLAP:
            yield f"{_name(label)} lies on {_name(other)} by {wide:.0f} x {high:.0f}"


def _layer(widget: Widget) -> Widget:
    """Return the child of the window that a widget lies in: a sheet lies over the screen."""
    while widget.parent is not None and widget.parent is not Window:
        widget = widget.parent
    return widget


def _text_box(label: Label) -> tuple[float, float, float, float] | None:
    """Return where the letters of a label are seen: its texture in its box, without what is scrolled away."""
    box = _visible_box(label)
    if box is None:
        return None
    left, bottom, right, top = box
    spare = max(0.0, (label.height - label.texture_size[1]) / 2)
    wide = min(right - left, label.texture_size[0])
    start = {"center": (left + right - wide) / 2, "right": right - wide}.get(label.halign, left)
    return start, bottom + spare, start + wide, top - spare


def _is_faded(widget: Widget) -> bool:
    while widget is not None and widget is not Window:
        if widget.opacity < 1 or widget.disabled:
            return True
        widget = widget.parent
    return False


def _ground(label: Label, picture: Image.Image) -> tuple[float, ...] | None:
    """Return the commonest colour under a label's text, or None when it is scrolled out of view."""
    box = _visible_box(label)
    if box is None:
        return None
    cut = picture.crop(box)
    counted = cut.getcolors(cut.width * cut.height) or []
    return tuple(channel / 255 for channel in max(counted)[1])


def _visible_box(widget: Widget) -> tuple[int, int, int, int] | None:
    left, bottom, right, top = _window_box(widget)
    parent = widget.parent
    while parent is not None and parent is not Window:
        if isinstance(parent, ScrollView):
            box = _window_box(parent)
            left, bottom, right, top = (
                max(left, box[0]),
                max(bottom, box[1]),
                min(right, box[2]),
                min(top, box[3]),
            )
        parent = parent.parent
    left, bottom = max(left, 0), max(bottom, 0)
    right, top = min(right, int(Window.width)), min(top, int(Window.height))
    return (left, bottom, right, top) if right - left > 4 and top - bottom > 4 else None


def _window_box(widget: Widget) -> tuple[int, int, int, int]:
    left, bottom = widget.to_window(widget.x, widget.y)
    right, top = widget.to_window(widget.right, widget.top)
    return int(left), int(bottom), int(right), int(top)


def _luminance(colour: tuple[float, ...]) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _name(widget: Widget) -> str:
    words = getattr(widget, "text", "") or getattr(widget, "icon", "") or getattr(widget, "hint", "")
    return f"{type(widget).__name__} {words[:60]!r}"
