"""The inbox on the screen: the list, and the one thing that is open with its pinned notes."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.presenters.inbox import InboxPresenter
from field178_mobile.presenters.inbox_state import InboxRow, InboxState, OpenItem, PinnedNote
from field178_mobile.store import StoreChange
from field178_mobile.ui import kit
from field178_mobile.ui.kv import load_beside
from field178_mobile.ui.services import Services

_INKS = {"bad": "bad", "warn": "warn", "primary": "primary"}


class PinnedRow(kit.Press):
    """One note pinned to a field. field; text; by; path. Event on_release: go to the field."""

    path = StringProperty("")
    field = StringProperty("")
    text = StringProperty("")
    by = StringProperty("")
    leads = BooleanProperty(True)


class InboxScreen(kit.Panes):
    """Draws InboxState. presenter."""

    presenter = ObjectProperty(None)
    summary = StringProperty("")
    is_empty = BooleanProperty(False)
    has_item = BooleanProperty(False)
    leads = BooleanProperty(False)
    title = StringProperty("")
    kind = StringProperty("")
    icon = StringProperty("")
    tone = StringProperty("plain")
    text = StringProperty("")
    remedy = StringProperty("")

    def show(self, state: InboxState) -> None:
        """Draw the state."""
        self.summary, self.is_empty = state.summary, not state.rows
        self.ids.rows.show([_row(row) for row in state.rows])
        self.ids.rows.chosen = state.item.key if state.item else ""
        self.has_item = self.has_detail = state.item is not None
        if state.item is not None:
            self._show_item(state.item)

    def open(self, **_place: str) -> None:
        """Look again when the screen is opened from elsewhere."""
        self.presenter.refresh()

    def _show_item(self, item: OpenItem) -> None:
        self.title, self.kind, self.icon, self.tone = item.title, item.kind, item.icon, item.tone
        self.text, self.remedy, self.leads = item.text, item.remedy, bool(item.screen)
        holder = self.ids.notes
        holder.clear_widgets()
        for note in item.notes:
            holder.add_widget(self._note(note, self.leads))
        self.ids.notes_card.opacity = 1 if item.notes else 0

    def _note(self, note: PinnedNote, leads: bool) -> PinnedRow:
        row = PinnedRow(path=note.path, field=note.field, text=note.text, by=note.by, leads=leads)
        row.bind(on_release=lambda pinned: self.presenter.go_to(pinned.path))
        return row


def _row(row: InboxRow) -> kit.Row:
    return kit.Row(row.key, row.title, row.sub, row.icon, row.tone, row.day, row.word, _INKS[row.tone])


def build(services: Services) -> InboxScreen:
    """Build the screen; it follows the store from then on."""
    screen = InboxScreen()

    def navigate(name: str, record_id: str, path: str) -> None:
        services.navigate(name, record_id=record_id, focus_path=path)

    presenter = InboxPresenter(services.store, services.clock, services.words(), navigate, screen.show)
    screen.presenter = presenter

    def changed(_change: StoreChange) -> None:
        services.ui_thread.post(presenter.refresh)

    services.store.subscribe(changed)
    presenter.refresh()
    return screen


load_beside(__file__)
