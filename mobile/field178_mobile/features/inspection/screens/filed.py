"""After filing: what is true now of the visit, and what to do next."""

from __future__ import annotations

from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside

_REQUIRED = (kit.EmptyState,)


class FiledPane(BoxLayout):
    """Says that the visit is saved. show(state); visit (the presenter); events on_next, on_minutes."""

    visit = ObjectProperty(None)
    text = StringProperty("")
    delivery = StringProperty("")
    __events__ = ("on_next", "on_minutes")

    def show(self, state: InspectionState) -> None:
        """Draw the sentences."""
        self.text, self.delivery = state.feedback.filed, state.feedback.delivery

    def on_next(self) -> None:
        """Overridden by bind."""

    def on_minutes(self) -> None:
        """Overridden by bind."""


load_beside(__file__)
