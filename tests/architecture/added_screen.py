"""Code of the screen that test_adding_a_screen.py adds to the tablet: establishments counted by type."""

from __future__ import annotations

from pathlib import Path

PRESENTER = '''"""Number of establishments on this tablet by type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Store


@dataclass(frozen=True, slots=True)
class TotalsState:
    """State of the screen: type, label and number of each row, and the chosen type."""

    rows: tuple[tuple[str, str, int], ...]
    summary: str
    chosen: str


class TotalsPresenter:
    """Counts the establishments of the store."""

    def __init__(self, store: Store, words: Wording, render: Callable[[TotalsState], None]) -> None:
        self._store, self._words, self._render = store, words, render
        self._chosen = ""

    def choose(self, type_id: str) -> None:
        """Mark a type."""
        self._chosen = type_id
        self.refresh()

    def refresh(self) -> None:
        """Count again and draw."""
        counts = Counter(listing.type_id for listing in self._store.establishments())
        rows = tuple((type_id, self._words.kind(type_id), count) for type_id, count in sorted(counts.items()))
        summary = self._words.say("{count} establishments on this tablet", count=counts.total())
        self._render(TotalsState(rows, summary, self._chosen))
'''
LAYOUT = """<TotalsScreen>:
    orientation: 'vertical'
    PaneHead:
        title: _('Totals')
        sub: root.summary
    ListPane:
        id: rows
        on_choose: root.presenter.choose(args[1])
"""
BINDING = '''"""Screen of the establishments of this tablet by type."""

from __future__ import annotations

from kivy.properties import ObjectProperty, StringProperty

from field178_mobile.components.services.services import Services
from field178_mobile.features.register.totals import TotalsPresenter, TotalsState
from field178_mobile.kit import kit
from field178_mobile.kit.establishment_icons import icon_of
from field178_mobile.kit.kv import load_beside


class TotalsScreen(kit.Panel):
    """Screen of TotalsState. presenter."""

    presenter = ObjectProperty(None)
    summary = StringProperty("")

    def show(self, state: TotalsState) -> None:
        """Draw the state."""
        self.summary = state.summary
        rows = [kit.Row(key, title, icon=icon_of(key), meta=str(count)) for key, title, count in state.rows]
        self.ids.rows.show(rows)
        self.ids.rows.chosen = state.chosen


def build(services: Services) -> TotalsScreen:
    """Build the screen with its presenter."""
    screen = TotalsScreen()
    screen.presenter = TotalsPresenter(services.store, services.words(), screen.show)
    screen.presenter.refresh()
    return screen


load_beside(__file__)
'''
FEATURE = Path("mobile/field178_mobile/features/register")
CODE = {
    FEATURE / "totals.py": PRESENTER,
    FEATURE / "screens/totals.kv": LAYOUT,
    FEATURE / "screens/totals.py": BINDING,
}
