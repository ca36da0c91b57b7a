"""After filing: the one sentence that is true now, and what to do next."""

from __future__ import annotations

from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.presenters.inspection_state import InspectionState
from field178_mobile.ui import kit
from field178_mobile.ui.kv import load_beside

_REQUIRED = (kit.EmptyState,)


class FiledPane(BoxLayout):
    """Says that the visit is saved. show(state); visit (the presenter); event on_next."""

    visit = ObjectProperty(None)
    text = StringProperty("")
    __events__ = ("on_next",)

    def show(self, state: InspectionState) -> None:
        """Draw the sentence."""
        self.text = state.spoken.filed

    def on_next(self) -> None:
        """Overridden by bind."""


load_beside(__file__)
