"""The Info tab: the register's facts, the papers, and the visits behind a button."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.features.forms.screens import item_below
from field178_mobile.features.inspection.screens.to_fix import ToFixRow
from field178_mobile.features.register.record_view import CertificateLine, HistoryRow
from field178_mobile.features.register.screens.info_rows import FactRow, PaperRow, VisitRow
from field178_mobile.features.workspace.record import RecordState
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat
from field178_mobile.kit.widgets.state_tones import PILL_OF_STATE
from field178_mobile.presentation.facts import Fact, ToFix

_REQUIRED = (item_below.ItemBelow,)


class InfoPane(BoxLayout):
    """What the register knows. show(state); events on_ask_shift, on_visit(record id), on_mend."""

    shift = StringProperty("")
    has_shift = BooleanProperty(False)
    register = StringProperty("")
    register_tone = StringProperty("plain")
    is_being_mended = BooleanProperty(False)
    __events__ = ("on_ask_shift", "on_visit", "on_discard", "on_mend")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._facts: Repeat[Fact] = Repeat(self.ids.facts, FactRow)
        self._papers: Repeat[CertificateLine] = Repeat(self.ids.papers, PaperRow)
        self._to_fix: Repeat[ToFix] = Repeat(self.ids.to_fix, ToFixRow)
        self._history: Repeat[HistoryRow] = Repeat(self.ids.history, self._make_visit)
        self._optional = Optional(self.ids.scroll.column)
        self._shift = Optional(self.ids.shift_card)
        self._register = Optional(self.ids.register_head)
        self._earlier = Optional(self.ids.history_card)

    def show(self, state: RecordState) -> None:
        """Draw the establishment."""
        self.shift, self.has_shift = state.shift, state.has_shift
        self.register, self.is_being_mended = state.register_word, state.is_being_mended
        self.register_tone = PILL_OF_STATE.get(state.register, "plain")
        # The head says it already while there is no visit.
        is_said = state.state == state.register
        self._register.show(self.ids.register_word, bool(self.register) and not is_said)
        self.ids.comment.text = state.shift_comment
        self._shift.show(self.ids.comment, bool(state.shift_comment))
        self._optional.show(self.ids.discard, state.has_draft)
        self._optional.show(self.ids.papers_card, bool(state.certificates))
        self._optional.show(self.ids.to_fix_card, bool(state.to_fix))
        self._earlier.show(self.ids.history, bool(state.history))
        self._earlier.show(self.ids.no_history, not state.history)
        self._facts.show(state.facts)
        self._papers.show(state.certificates)
        self._to_fix.show(state.to_fix)
        self._history.show(state.history)

    def on_ask_shift(self) -> None:
        """Overridden by bind."""

    def ask_discard(self) -> None:
        """Throw the draft away, once that was confirmed."""
        kit.confirm(
            _("Discard this draft?"),
            _("What was entered in this visit is deleted from the device. It cannot be brought back."),
            _("Discard"),
            _("Keep"),
            lambda: self.dispatch("on_discard"),
            "danger",
        )

    def on_discard(self) -> None:
        """Overridden by bind."""

    def on_mend(self) -> None:
        """Overridden by bind."""

    def on_visit(self, record_id: str) -> None:
        """Overridden by bind."""

    def _make_visit(self) -> VisitRow:
        row = VisitRow()
        row.bind(on_release=lambda row: self.dispatch("on_visit", row.key))
        return row


load_beside(__file__)
