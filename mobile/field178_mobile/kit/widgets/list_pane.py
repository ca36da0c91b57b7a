"""Long list: only visible rows have widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kivy.properties import AliasProperty, BooleanProperty, OptionProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.recycleview import RecycleView
from kivy.uix.recycleview.views import RecycleDataViewBehavior

from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets import text
from field178_mobile.kit.widgets.press import Pressable
from field178_mobile.kit.widgets.scroll import PromptScroll
from field178_mobile.kit.widgets.text import INKS, WASHES, line_count, text_width

__all__ = ["ListPane", "ListRow", "Row"]
_REQUIRED = (text.Tile, text.Txt)


PART = " · "
MOST_LINES = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    key; icon and tone of the tile (plain primary ok bad warn); title (two lines at most); sub (grey, parts
    with " · " between them); meta (grey, right);
    word (state word, right) with word_tone (ink); is_alert (a red "Cần xem" dot on the tile).
    """

    key: str
    title: str
    sub: str = ""
    icon: str = ""
    tone: str = "plain"
    meta: str = ""
    word: str = ""
    word_tone: str = "faint"
    is_alert: bool = False

    def as_data(self) -> Mapping[str, object]:
        """Return the row as data of the recycle view."""
        return {name: getattr(self, name) for name in self.__slots__}


class ListRow(RecycleDataViewBehavior, Pressable, FloatLayout):
    """The drawn row, 76 dp (in sp, so it grows with the font). Properties as in Row, plus selected."""

    key = StringProperty("")
    title = StringProperty("")
    sub = StringProperty("")
    icon = StringProperty("")
    tone = OptionProperty("plain", options=WASHES)
    meta = StringProperty("")
    word = StringProperty("")
    word_tone = OptionProperty("faint", options=INKS)
    is_alert = BooleanProperty(False)
    selected = BooleanProperty(False)
    # As many parts of `sub` as fit whole; the last ones go first.
    sub_shown = StringProperty("")
    # Too long for two lines: then one, without its middle, because names differ at their ends.
    is_long = BooleanProperty(False)
    # The word is then shown beside `sub`, below the second line.
    is_two_lines = BooleanProperty(False)
    # Without `sub` and `meta` the word is shown beside the title.
    is_word_alone = AliasProperty(
        lambda row: bool(row.word) and not (row.sub or row.meta), bind=("word", "sub", "meta")
    )

    def on_title(self, _widget: object, _title: str) -> None:
        """Set another title."""
        self.fit_title()

    def on_sub(self, _widget: object, _sub: str) -> None:
        """Set another second line."""
        self.fit_sub()

    def fit_title(self) -> None:
        """Set the title in one line, or two, or one without its middle."""
        if label := self.ids.get("title"):
            lines = line_count(self.title, label.width, label.font_size, bold=True)
            self.is_long, self.is_two_lines = lines > MOST_LINES, lines == MOST_LINES

    def fit_sub(self) -> None:
        """Show as many parts of `sub` as fit into one line."""
        parts, label = self.sub.split(PART), self.ids.get("sub")
        while label and len(parts) > 1 and text_width(PART.join(parts), label.font_size) > label.width:
            parts.pop()
        self.sub_shown = PART.join(parts)

    def refresh_view_attrs(self, pane: ListPane, index: int, data: Mapping[str, object]) -> None:
        """Set a row's data when the view is recycled."""
        super().refresh_view_attrs(pane, index, data)
        self.selected = self.key == pane.chosen

    def on_release(self) -> None:
        """Dispatch the choice to the pane."""
        pane = self.parent.recycleview if self.parent is not None else None
        if pane is not None:
            pane.dispatch("on_choose", self.key)


@dispatches("on_choose")
class ListPane(PromptScroll, RecycleView):
    """Virtual list. show(rows) renders a sequence of Row; chosen (key of the marked row).

    Event on_choose(key) on a tap; the pane does not change `chosen` by itself: render it.
    """

    chosen = StringProperty("")

    def show(self, rows: Sequence[Row]) -> None:
        """Draw these rows; equal rows keep their place."""
        self.data = [row.as_data() for row in rows]

    def on_chosen(self, _widget: object, chosen: str) -> None:
        """Mark the chosen row among those drawn."""
        for row in self.layout_manager.children if self.layout_manager else ():
            row.selected = row.key == chosen


load_beside(__file__)
