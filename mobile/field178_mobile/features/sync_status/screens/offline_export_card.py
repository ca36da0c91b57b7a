"""The card of the sync screen that writes an offline export."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.components.services.services import Services
from field178_mobile.features.sync_status.offline_export import OfflineExportPresenter, OfflineExportState
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.threads import WorkerThreads
from field178_mobile.kit.widgets.optional import Optional


class OfflineExportCard(kit.Card):
    """show(state); presenter."""

    presenter = ObjectProperty(None)
    holds = StringProperty("")
    stays = StringProperty("")
    is_writing = BooleanProperty(False)
    done = StringProperty("")
    place = StringProperty("")
    error = StringProperty("")
    advice = StringProperty("")

    def on_kv_post(self, _base: object) -> None:
        """Collect the lines, which exist only after the rule was applied."""
        self._lines = Optional(self)

    def show(self, state: OfflineExportState) -> None:
        """Draw the state."""
        for name in ("holds", "stays", "is_writing", "done", "place", "error", "advice"):
            setattr(self, name, getattr(state, name))
        for name in ("stays", "done", "place", "error", "advice"):
            self._lines.show(self.ids[name], bool(getattr(state, name)))
        self._lines.show(self.ids.writing, state.is_writing)


def follow(card: OfflineExportCard, services: Services) -> OfflineExportPresenter:
    """Give a card its presenter, which the screen refreshes."""
    status, threads = services.store.status, WorkerThreads(services.ui_thread)
    presenter = OfflineExportPresenter(status, services.offline_export, threads, services.words(), card.show)
    card.presenter = presenter
    presenter.refresh()
    return presenter


load_beside(__file__)
