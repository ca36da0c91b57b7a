"""Rows of facts and of records by days."""

from __future__ import annotations

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.presentation.facts import DatedRow, Fact


class FactRow(BoxLayout):
    """Row of a fact. show(fact)."""

    label = StringProperty("")
    value = StringProperty("")

    def show(self, fact: Fact) -> None:
        """Draw the label and value of the fact."""
        self.label, self.value = fact.label, fact.value


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
