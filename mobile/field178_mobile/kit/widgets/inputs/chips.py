"""Rows of chips drawn from options: one that wraps, one that is a single line to swipe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.press import DisabledReason
from field178_mobile.kit.widgets.repeat import Repeat
from field178_mobile.kit.widgets.scroll import UnfadedScroll
from field178_mobile.presentation.wording import Option

FADE_STEPS = 32


class OptionChip(kit.Chip):
    """One option as a chip; its hint is in brackets."""

    key = StringProperty("")

    def show(self, option: Option) -> None:
        """Draw the option."""
        self.key = option.id
        self.text = f"{option.label} ({option.hint})" if option.hint else option.label
        self.active = option.is_chosen


@dispatches("on_choose")
class OptionChips(DisabledReason, kit.Flow):
    """Chips that wrap to further lines. show(options); event on_choose(id)."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._chips: Repeat[Option] = Repeat(self, _maker(self))

    def show(self, options: Sequence[Option]) -> None:
        """Draw these options."""
        self._chips.show(options)


class ChipScroll(UnfadedScroll):
    """Horizontally scrolling line of chips, with fades at edges with more chips.

    goes_on, began_before (read only).
    """

    goes_on = BooleanProperty(False)
    began_before = BooleanProperty(False)
    fade = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        self.fade = _fade()
        super().__init__(**kwargs)
        for name in ("scroll_x", "width", "viewport_size"):
            self.fbind(name, self._restyle)

    def _restyle(self, *_args: object) -> None:
        hidden = self.viewport_size[0] - self.width
        self.goes_on = hidden > 1 and self.scroll_x * hidden < hidden - 1
        self.began_before = hidden > 1 and self.scroll_x * hidden > 1


@dispatches("on_choose")
class ChipLine(BoxLayout):
    """Chips in one line, as wide as they are. show(options); event on_choose(id)."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._chips: Repeat[Option] = Repeat(self, _maker(self))

    def show(self, options: Sequence[Option]) -> None:
        """Draw these options."""
        self._chips.show(options)


@cache
def _fade() -> Texture:
    """Return a white texture that begins transparent and ends opaque."""
    texture = Texture.create(size=(FADE_STEPS, 1), colorfmt="rgba")
    alphas = (min(255, 510 * step // (FADE_STEPS - 1)) for step in range(FADE_STEPS))
    texture.blit_buffer(bytes(byte for alpha in alphas for byte in (255, 255, 255, alpha)), colorfmt="rgba")
    return texture


def _maker(line: OptionChips | ChipLine) -> Callable[[], OptionChip]:
    def make() -> OptionChip:
        chip = OptionChip()
        chip.bind(on_release=lambda chip: line.dispatch("on_choose", chip.key))
        return chip

    return make


load_beside(__file__)
