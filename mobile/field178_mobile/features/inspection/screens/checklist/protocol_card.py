"""A protection protocol that an answer opened: its words and to whom it was referred."""

from __future__ import annotations

from collections.abc import Sequence

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.features.inspection.protocols import ProtocolState
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat

_REQUIRED = (chips.OptionChips,)


class ProtocolCard(kit.Card):
    """One open protocol. show(state); visit (the presenter)."""

    key = StringProperty("")
    text = StringProperty("")
    steps = StringProperty("")
    is_referred = BooleanProperty(False)
    visit = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._head = Optional(self.ids.head)

    def show(self, state: ProtocolState) -> None:
        """Draw the protocol."""
        self.key, self.text, self.is_referred = state.id, state.text, state.is_referred
        self._head.show(self.ids.close, state.can_close)
        self.steps = "\n".join(f"{number}. {step}" for number, step in enumerate(state.steps, 1))
        self.ids.referrals.show(state.referrals)


class ProtocolCards(kit.Column):
    """All open protocols. show(states); visit (the presenter)."""

    visit = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._cards: Repeat[ProtocolState] = Repeat(self, self._make)

    def show(self, states: Sequence[ProtocolState]) -> None:
        """Draw the protocols."""
        self._cards.show(states)

    def _make(self) -> ProtocolCard:
        return ProtocolCard(visit=self.visit)


load_beside(__file__)
