"""Pane before a visit: shift, open corrections, and access."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.components.forms.screens.to_fix import ToFixRow
from field178_mobile.features.register.establishment_pane_state import EstablishmentPaneState
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat
from field178_mobile.presentation.facts import ToFix
from field178_shared.records.inspection import INSPECTED


@dispatches("on_begin", "on_ask_shift")
class ArrivalPane(BoxLayout):
    """Begins a visit. show(state); events on_begin(access result), on_ask_shift."""

    shift = StringProperty("")
    has_shift = BooleanProperty(False)
    last_visit = StringProperty("")
    is_loading = BooleanProperty(False)
    inspected = INSPECTED

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._to_fix: Repeat[ToFix] = Repeat(self.ids.to_fix, ToFixRow)
        self._optional = Optional(self.ids.scroll.column)

    def show(self, state: EstablishmentPaneState) -> None:
        """Draw the facts known before the visit."""
        self.shift, self.has_shift, self.last_visit = state.shift, state.has_shift, state.last_visit
        self.is_loading = state.is_loading
        self._optional.show(self.ids.shortcomings, bool(state.to_fix))
        self._to_fix.show(state.to_fix)
        others = [option for option in state.arrival if option.id != INSPECTED]
        self.ids.others.show([kit.Choice(option.id, option.label) for option in others])
        self.ids.begin.text = next(option.label for option in state.arrival if option.id == INSPECTED)


load_beside(__file__)
