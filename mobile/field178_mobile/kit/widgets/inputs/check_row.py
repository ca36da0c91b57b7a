"""One question of the checklist: Seg (a word of answer) and CheckRow."""

from __future__ import annotations

from kivy.metrics import dp, sp
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets import text
from field178_mobile.kit.widgets.press import Press, Pressable
from field178_mobile.kit.widgets.text import text_width

__all__ = ["CheckRow", "Seg"]
_REQUIRED = (text.Txt, Press)
ANSWERS = ("yes", "partial", "no", "na")
TONES = {"yes": "ok", "partial": "warn", "no": "bad", "na": "plain"}
MIN_SEG_SP = 64
SEG_PADDING_DP = 20


class Seg(Pressable, Label):
    """One word of answer, 48 dp high.

    text; active; tone (ok, bad, warn, plain) shown when active. Event on_release.
    """

    active = BooleanProperty(False)
    tone = OptionProperty("ok", options=("ok", "bad", "warn", "plain"))
    key = StringProperty("")


class NoSeg(Widget):
    """The free place of an answer that a row does not have."""

    key = StringProperty("")


@dispatches("on_choose", "on_details")
class CheckRow(BoxLayout):
    """Row of one question with its answers beside it (below it when narrow), and an area below.

    no; text; ref (law or hint, grey); last (last visit's answer in words, grey); value ("", yes, partial, no,
    na); allow_partial, allow_na (which answers exist); has_partial_place (a row without partial keeps its
    space, so that answers form columns); is_fact (labels Yes and No instead of Compliant and Not compliant);
    error (red text below); has_line (line above, off for the first row); letter (font size of the answers,
    from the theme). Event on_choose(value): a tap on the active answer chooses "". The row does not change
    `value` by itself: render it. Event on_details: a tap on the question. Children from kv or add_widget are
    added to the area below.
    """

    no = StringProperty("")
    text = StringProperty("")
    ref = StringProperty("")
    last = StringProperty("")
    error = StringProperty("")
    value = OptionProperty("", options=("", *ANSWERS))
    allow_partial = BooleanProperty(False)
    has_partial_place = BooleanProperty(False)
    allow_na = BooleanProperty(True)
    is_fact = BooleanProperty(False)
    has_line = BooleanProperty(True)
    is_narrow = BooleanProperty(False)
    letter = NumericProperty(0)
    area = ObjectProperty(None, allownone=True)
    is_built = BooleanProperty(False)

    def apply_class_lang_rules(self, *args: object, **kwargs: object) -> None:
        """Build the row; widgets added later belong to the area."""
        super().apply_class_lang_rules(*args, **kwargs)
        self.is_built = True
        self._offer()

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        """Add a widget to the area below the question, once the row is built."""
        if not self.is_built:
            super().add_widget(widget, *args, **kwargs)
            return
        if self.area is None:
            self.area = Area()
            super().add_widget(self.area)
        self.area.add_widget(widget, *args, **kwargs)

    def clear_area(self) -> None:
        """Remove all widgets from the area."""
        if self.area is not None:
            super().remove_widget(self.area)
            self.area = None

    def choose(self, value: str) -> None:
        """Dispatch an answer, or "" if it was chosen already."""
        self.dispatch("on_choose", "" if value == self.value else value)

    def on_value(self, _widget: object, value: str) -> None:
        """Mark the answer given."""
        for seg in self.ids.segs.children if self.is_built else ():
            if isinstance(seg, Seg):
                seg.active = seg.key == value

    def on_is_narrow(self, *_: object) -> None:
        """Set the width of the answers: full when narrow, else their own."""
        for seg in self.ids.segs.children if self.is_built else ():
            self._widen(seg)

    def on_letter(self, *_: object) -> None:
        """Give the answers the width of their words in another font size."""
        self.on_is_narrow()

    def on_allow_partial(self, *_: object) -> None:
        """Offer or withdraw the answer."""
        self._offer()

    def on_has_partial_place(self, *_: object) -> None:
        """Reserve or remove the space of the answer."""
        self._offer()

    def on_allow_na(self, *_: object) -> None:
        """Offer or withdraw the answer."""
        self._offer()

    def on_is_fact(self, *_: object) -> None:
        """Change the labels of the answers."""
        self._offer()

    def _offer(self) -> None:
        if not self.is_built:
            return
        withheld = {"partial": not self.allow_partial, "na": not self.allow_na}
        self.ids.segs.clear_widgets()
        for key in ANSWERS:
            if not withheld.get(key):
                self.ids.segs.add_widget(self._seg(key))
            elif key == "partial" and self.has_partial_place:
                place = NoSeg(key=key)
                self._widen(place)
                self.ids.segs.add_widget(place)

    def _seg(self, key: str) -> Seg:
        tone = "plain" if self.is_fact and key == "no" else TONES[key]
        words = _words(key)
        text = words[-1] if self.is_fact else words[0]
        seg = Seg(key=key, text=text, tone=tone, active=key == self.value)
        self._widen(seg)
        seg.bind(on_release=lambda _seg: self.choose(key))
        return seg

    def _widen(self, seg: Seg | NoSeg) -> None:
        seg.size_hint_x = 1 if self.is_narrow else None
        if not self.is_narrow:
            # As wide as either word of this answer, and in bold, how the chosen one is set: the columns stay.
            widths = [text_width(word, self.letter, bold=True) for word in _words(seg.key)]
            seg.width = max(sp(MIN_SEG_SP), max(widths) + dp(SEG_PADDING_DP))


def _words(key: str) -> tuple[str, ...]:
    """Return the label of an answer, which differs for a question of fact."""
    return {
        "yes": (_("Compliant"), _("Yes")),
        "partial": (_("Partly"),),
        "no": (_("Not compliant"), _("No")),
        "na": (_("Not applicable"),),
    }[key]


class Area(BoxLayout):
    """Area below a question."""


load_beside(__file__)
