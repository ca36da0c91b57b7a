"""Inbox screen: the list, and the open item with its pinned notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.components.services.services import Services
from field178_mobile.features.inbox.inbox import InboxActions, InboxPresenter
from field178_mobile.features.inbox.inbox_state import InboxRow, InboxState, OpenItem, PinnedNote
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.presentation.read_notices import ReadNotices
from field178_mobile.store import StoreChange
from field178_mobile.store.model import RefusedValue

_INKS = {"bad": "bad", "warn": "warn", "primary": "primary"}


class PinnedRow(kit.Press):
    """One note pinned to a field. field; text; by; path. Event on_release: go to the field."""

    path = StringProperty("")
    field = StringProperty("")
    text = StringProperty("")
    by = StringProperty("")
    leads = BooleanProperty(True)


@dispatches("on_side")
class ChoiceRowPair(kit.Column):
    """One field two people changed: own or current value. Event on_side(is_mine)."""

    field = StringProperty("")
    mine = StringProperty("")
    current = StringProperty("")
    is_mine = BooleanProperty(False)
    can_take = BooleanProperty(True)


class InboxScreen(kit.Panes):
    """Draws InboxState. presenter."""

    presenter = ObjectProperty(None)
    summary = StringProperty("")
    is_empty = BooleanProperty(False)
    has_item = BooleanProperty(False)
    leads = BooleanProperty(False)
    can_settle = BooleanProperty(False)
    title = StringProperty("")
    moment = StringProperty("")
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
        """Refresh when the screen is opened from elsewhere."""
        self.presenter.refresh()

    def _show_item(self, item: OpenItem) -> None:
        self.title, self.kind, self.icon, self.tone = item.title, item.kind, item.icon, item.tone
        self.moment = item.moment
        self.text, self.remedy, self.leads = item.text, item.remedy, bool(item.screen)
        self.can_settle = item.can_settle
        holder = self.ids.notes
        holder.clear_widgets()
        for note in item.notes:
            holder.add_widget(self._choice(note) if note.mine else self._note(note, self.leads))
        self.ids.notes_card.opacity = 1 if item.notes else 0

    def _choice(self, note: PinnedNote) -> ChoiceRowPair:
        pair = ChoiceRowPair(
            field=note.field,
            mine=note.mine,
            current=note.current,
            is_mine=note.is_mine,
            can_take=note.can_take,
        )
        pair.bind(on_side=lambda _pair, is_mine: self.presenter.choose(note.place, is_mine))
        return pair

    def _note(self, note: PinnedNote, leads: bool) -> PinnedRow:
        row = PinnedRow(path=note.path, field=note.field, text=note.text, by=note.by, leads=leads)
        row.bind(on_release=lambda pinned: self.presenter.go_to(pinned.path))
        return row


def _row(row: InboxRow) -> kit.Row:
    return kit.Row(
        row.key,
        row.title,
        row.sub,
        row.icon,
        row.tone,
        row.day,
        row.word,
        _INKS[row.tone],
        is_alert=row.is_new,
    )


def build(services: Services) -> InboxScreen:
    """Build the screen; it follows the store from then on."""
    screen = InboxScreen()

    def navigate(name: str, record_id: str, path: str) -> None:
        services.navigate(name, record_id=record_id, focus_path=path)

    def settle(record_id: str, shown: Collection[RefusedValue], mine: Mapping[str, object]) -> None:
        if services.store.resolve(record_id, shown, mine, services.user) is not None:
            kit.toast(_("Settled and saved; it is sent with the next exchange."))

    read = ReadNotices(services.store.settings, services.user)
    actions = InboxActions(navigate, settle, read.add, read.ids)
    presenter = InboxPresenter(services.store, services.clock, services.words(), actions, screen.show)
    screen.presenter = presenter

    def changed(_change: StoreChange) -> None:
        services.ui_thread.post(presenter.refresh)

    services.store.subscribe(changed)
    presenter.refresh()
    return screen


load_beside(__file__)
