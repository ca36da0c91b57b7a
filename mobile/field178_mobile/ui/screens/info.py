"""The Info tab: the register's facts, the papers, and the visits behind a button."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.presenters.record import RecordState
from field178_mobile.presenters.record_view import Certificate, Fact, HistoryRow, ToFix
from field178_mobile.ui import kit
from field178_mobile.ui.kv import load_beside
from field178_mobile.ui.screens.repeat import Repeat
from field178_mobile.ui.screens.to_fix import ToFixRow

TONES = {"good": "ok", "soon": "warn", "bad": "bad", "unknown": "plain"}
ICONS = {"good": "check-circle-outline", "soon": "clock-alert-outline", "bad": "alert-circle-outline"}


class InfoPane(BoxLayout):
    """What the register knows. show(state); events on_ask_outing, on_visit(record id)."""

    outing = StringProperty("")
    has_outing = BooleanProperty(False)
    has_papers = BooleanProperty(False)
    has_to_fix = BooleanProperty(False)
    has_history = BooleanProperty(False)
    __events__ = ("on_ask_outing", "on_visit")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._facts: Repeat[Fact] = Repeat(self.ids.facts, FactRow)
        self._papers: Repeat[Certificate] = Repeat(self.ids.papers, PaperRow)
        self._to_fix: Repeat[ToFix] = Repeat(self.ids.to_fix, ToFixRow)
        self._history: Repeat[HistoryRow] = Repeat(self.ids.history, self._make_visit)

    def show(self, state: RecordState) -> None:
        """Draw the establishment."""
        self.outing, self.has_outing = state.outing, state.has_outing
        self.has_papers, self.has_to_fix = bool(state.certificates), bool(state.to_fix)
        self.has_history = bool(state.history)
        self._facts.show(state.facts)
        self._papers.show(state.certificates)
        self._to_fix.show(state.to_fix)
        self._history.show(state.history)

    def on_ask_outing(self) -> None:
        """Overridden by bind."""

    def on_visit(self, record_id: str) -> None:
        """Overridden by bind."""

    def _make_visit(self) -> VisitRow:
        row = VisitRow()
        row.bind(on_release=lambda row: self.dispatch("on_visit", row.key))
        return row


class FactRow(BoxLayout):
    """One fact. show(fact)."""

    label = StringProperty("")
    value = StringProperty("")

    def show(self, fact: Fact) -> None:
        """Draw the fact."""
        self.label, self.value = fact.label, fact.value


class PaperRow(BoxLayout):
    """One paper of the establishment. show(certificate)."""

    name = StringProperty("")
    detail = StringProperty("")
    icon = StringProperty("")
    tone = StringProperty("plain")

    def show(self, paper: Certificate) -> None:
        """Draw the paper."""
        self.name, self.detail = paper.name, paper.detail
        self.icon, self.tone = ICONS.get(paper.state, "help-circle-outline"), TONES[paper.state]


class VisitRow(kit.Press):
    """One earlier visit. show(row); event on_release."""

    key = StringProperty("")
    day = StringProperty("")
    result = StringProperty("")
    word = StringProperty("")

    def show(self, row: HistoryRow) -> None:
        """Draw the visit."""
        self.key, self.day, self.result, self.word = row.record_id, row.day, row.result, row.word


load_beside(__file__)
