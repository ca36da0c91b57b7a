"""Input of counts: CountField shows a number, NumberPad enters it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from kivy.properties import NumericProperty, StringProperty

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets import surface, text
from field178_mobile.kit.widgets.overlay import Sheet
from field178_mobile.kit.widgets.press import Btn, Chip, Press
from field178_shared.schemas.checks import LARGEST_COUNT

__all__ = ["CountField", "NumberPad"]
_REQUIRED = (surface.Flow, text.Txt)
# One digit more than the largest count: a number that is too large is shown and refused, never cut.
MAX_DIGITS = 6


@dispatches("on_commit")
class CountField(Press):
    """A count: label at the left, number at the right; a tap opens the number pad.

    subject (counted item, shown on the pad); label; value (-1 = not yet given, shown as "–"); unit (grey word
    after the number); hint (grey line, e.g. last time); error / warning (below); maximum (0 = LARGEST_COUNT);
    suggestions (list of (text, value) offered on the pad). Event on_commit(value): the number entered. The
    field does not change `value` by itself: render it.
    """

    label = StringProperty("")
    value = NumericProperty(-1)
    unit = StringProperty("")
    subject = StringProperty("")
    hint = StringProperty("")
    error = StringProperty("")
    warning = StringProperty("")
    maximum = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        self.suggestions: Sequence[tuple[str, int]] = ()
        super().__init__(**kwargs)

    def on_release(self) -> None:
        """Open the pad."""
        pad = NumberPad(
            title=self.label,
            sub=self.subject or self.hint,
            maximum=self.maximum,
            on_number=self._commit,
            suggestions=self.suggestions,
        )
        pad.start(int(self.value))
        pad.open()

    def _commit(self, value: int) -> None:
        self.dispatch("on_commit", value)


class NumberPad(Sheet):
    """Number pad. title; sub; maximum (0 = LARGEST_COUNT).

    NumberPad(on_number=callback, suggestions=[(text, value)…]). start(value) shows a first number that the
    next digit replaces; the callback receives the number once, on OK or a suggestion.
    """

    shown = StringProperty("")
    maximum = NumericProperty(0)
    error = StringProperty("")

    def __init__(
        self, on_number: Callable[[int], None], suggestions: Sequence[tuple[str, int]] = (), **kwargs: object
    ) -> None:
        self._on_number = on_number
        self._is_fresh = True
        super().__init__(**kwargs)
        self.add_widget(PadBody(pad=self, suggestions=suggestions))
        self.footer.add_widget(
            Btn(text=_("OK"), icon="check", size_hint_x=1, on_release=lambda _btn: self.accept())
        )

    def start(self, value: int) -> None:
        """Show a first number; negative: empty."""
        self.shown = str(value) if value >= 0 else ""
        self._is_fresh = True

    def type(self, digit: str) -> None:
        """Add a digit; the first one replaces the number shown at the start."""
        before = "" if self._is_fresh or self.shown == "0" else self.shown
        self._is_fresh = False
        self.error = ""
        if len(before) < MAX_DIGITS:
            self.shown = before + digit

    def back(self) -> None:
        """Delete the last digit."""
        self._is_fresh = False
        self.error = ""
        self.shown = self.shown[:-1]

    def accept(self) -> None:
        """Dispatch the number and close; an empty pad or too large a number stays open."""
        if not self.shown:
            self.error = _("Enter a number.")
        elif int(self.shown) > (largest := int(self.maximum) or LARGEST_COUNT):
            self.error = _("At most {maximum}.").format(maximum=largest)
        else:
            self.give(int(self.shown))

    def give(self, value: int) -> None:
        """Dispatch a number and close."""
        self.dismiss()
        self._on_number(value)


class PadBody(surface.Column):
    """The number, the suggestions and the keys."""

    shown = StringProperty("")
    error = StringProperty("")

    def __init__(self, pad: NumberPad, suggestions: Sequence[tuple[str, int]]) -> None:
        super().__init__()
        pad.bind(shown=self.setter("shown"), error=self.setter("error"))
        for words, value in suggestions:
            chip = Chip(text=words)
            chip.bind(on_release=lambda _chip, value=value: pad.give(value))
            self.ids.suggestions.add_widget(chip)
        for key in "123456789":
            self._key(key, "", partial(pad.type, key))
        self._key("C", "", lambda: pad.start(-1))
        self._key("0", "", lambda: pad.type("0"))
        self._key("", "backspace-outline", pad.back)

    def _key(self, words: str, icon: str, act: Callable[[], None]) -> None:
        key = PadKey(text=words, icon=icon)
        key.bind(on_release=lambda _key: act())
        self.ids.key_grid.add_widget(key)


class PadKey(Press):
    """One key of a pad, 64 dp high. text or icon."""

    text = StringProperty("")
    icon = StringProperty("")


load_beside(__file__)
