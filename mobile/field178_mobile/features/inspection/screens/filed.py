"""Pane of a filed visit: its delivery, and the next step."""

from __future__ import annotations

from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside

_REQUIRED = (kit.EmptyState,)


@dispatches("on_next", "on_minutes")
class FiledPane(BoxLayout):
    """Pane that confirms the filed visit. show(state); visit (the presenter); events on_next, on_minutes."""

    visit = ObjectProperty(None)
    text = StringProperty("")
    delivery = StringProperty("")

    def show(self, state: InspectionState) -> None:
        """Draw the sentences."""
        self.text, self.delivery = state.feedback.filed, state.feedback.delivery


load_beside(__file__)
