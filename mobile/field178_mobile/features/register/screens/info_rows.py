"""Lines of the Info tab: a fact, a paper, an earlier visit."""

from __future__ import annotations

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.features.register.record_view import CertificateLine, HistoryRow
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.presentation.facts import DatedRow, Fact

TONES = {"good": "ok", "soon": "warn", "bad": "bad", "unknown": "plain"}
ICONS = {"good": "check-circle-outline", "soon": "clock-alert-outline", "bad": "alert-circle-outline"}


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

    def show(self, paper: CertificateLine) -> None:
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


class DatedLine(kit.Press):
    """One record of a list by days. show(row); event on_release."""

    key = StringProperty("")
    type = StringProperty("")
    day = StringProperty("")
    result = StringProperty("")
    word = StringProperty("")

    def show(self, row: DatedRow) -> None:
        """Draw the record."""
        self.key, self.type = row.record_id, row.type
        self.day, self.result, self.word = row.day, row.result, row.word


load_beside(__file__)
