"""Sync screen: headline, unsent records, verified scopes, one button."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.components.photos.unsent_rows import PhotosState, UnsentRow
from field178_mobile.components.services.services import Services
from field178_mobile.features.sync_status.screens.offline_export_card import OfflineExportCard, follow
from field178_mobile.features.sync_status.sync import SyncPresenter
from field178_mobile.features.sync_status.sync_facts import SyncFacts, read_facts
from field178_mobile.features.sync_status.sync_state import AreaRow, SyncScreenState
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.replication.events import SyncState
from field178_mobile.store import Store, StoreChange
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.model import StoreStatus
from field178_mobile.store.photos.upload_queue import WIFI_ONLY
from field178_mobile.store.replication.mass_deletion_guard import answer_deletion_guard
from field178_mobile.store.replication.tombstones import bring_back
from field178_mobile.store.session import Unlocked


class UnsentLine(BoxLayout):
    """One record or photo that waits. title; sub; icon; word; tone; share (0 to 1); has_line."""

    title = StringProperty("")
    sub = StringProperty("")
    icon = StringProperty("")
    word = StringProperty("")
    tone = StringProperty("warn")
    share = NumericProperty(0)
    has_line = BooleanProperty(True)


@dispatches("on_open", "on_again", "on_dismiss")
class StuckPhoto(BoxLayout):
    """Row of a photo that needs a person, with its actions.

    line (its UnsentLine); is_dismissed; events on_open, on_again, on_dismiss.
    """

    line = ObjectProperty(None)
    is_dismissed = BooleanProperty(False)

    def __init__(self, line: UnsentLine, **properties: object) -> None:
        super().__init__(**properties)
        self.add_widget(line, index=1)
        Optional(self.ids.actions).show(self.ids.dismissed, not self.is_dismissed)


class ScopeLine(BoxLayout):
    """One area and its count. name; text; is_equal."""

    name = StringProperty("")
    text = StringProperty("")
    is_equal = BooleanProperty(False)


@dispatches("on_leaving", "on_open", "on_sign_in")
class SyncScreen(BoxLayout):
    """Draws SyncScreenState.

    presenter; events on_leaving, only while nothing waits; on_open(record id); on_sign_in.
    """

    presenter = ObjectProperty(None)
    headline = StringProperty("")
    icon = StringProperty("sync")
    tone = StringProperty("muted")
    outcome = StringProperty("")
    remedy = StringProperty("")
    is_working = BooleanProperty(False)
    last_success = StringProperty("")
    more = StringProperty("")
    photos_summary = StringProperty("")
    photos_outcome = StringProperty("")
    photos_remedy = StringProperty("")
    photos_more = StringProperty("")
    is_wifi_only = BooleanProperty(False)
    scopes_summary = StringProperty("")
    clock = StringProperty("")
    is_clock_off = BooleanProperty(False)
    sign_out = StringProperty("")
    can_sign_out = BooleanProperty(False)
    withheld = StringProperty("")
    tombstones = StringProperty("")
    history = StringProperty("")

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        self._status_card = Optional(self.ids.status_card)
        self._of_photos = Optional(self.ids.photos_card)
        self._unsent_card = Optional(self.ids.unsent_card)
        self._cards = Optional(self.ids.scroll.column)
        self._answers = Optional(self.ids.withheld_card)
        self._offers = Optional(self.ids.tombstones_card)

    def show(self, state: SyncScreenState) -> None:
        """Draw the state."""
        for name in _PLAIN:
            setattr(self, name, getattr(state, name))
        for name, is_shown in (
            ("nothing", not state.unsent),
            ("unsent", bool(state.unsent)),
            ("more", bool(state.more)),
        ):
            self._unsent_card.show(self.ids[name], is_shown)
        self._status_card.show(self.ids.sign_in, state.can_sign_in)
        self._cards.show(self.ids.history_card, bool(state.history))
        self._cards.show(self.ids.withheld_card, bool(state.withheld))
        self._answers.show(self.ids.keep, state.can_keep)
        self._cards.show(self.ids.tombstones_card, bool(state.tombstones))
        self._offers.show(self.ids.back, state.can_bring_back)
        self._show_photos(state.photos)
        self._fill(self.ids.unsent, [_unsent(row) for row in state.unsent])
        self._fill(self.ids.scopes, [_scope(row) for row in state.scopes])

    def _show_photos(self, photos: PhotosState) -> None:
        self.photos_summary, self.photos_outcome = photos.summary, photos.outcome
        self.photos_remedy, self.photos_more = photos.remedy, photos.more
        self.is_wifi_only = photos.is_wifi_only
        self._fill(self.ids.photos, [self._photo(row) for row in photos.rows])
        for name in ("photos_outcome", "photos_remedy", "photos_more"):
            self._of_photos.show(self.ids[name], bool(getattr(self, name)))
        self._of_photos.show(self.ids.photos, bool(photos.rows))

    def _photo(self, row: UnsentRow) -> BoxLayout:
        line = _unsent(row)
        if not row.is_stuck:
            return line
        return StuckPhoto(
            line,
            is_dismissed=row.is_dismissed,
            on_open=lambda _photo: self.dispatch("on_open", row.record_id),
            on_again=lambda _photo: self.presenter.send_again(row.photo),
            on_dismiss=lambda _photo: self.ask_dismiss(row.photo),
        )

    def open(self, **_place: str) -> None:
        """Refresh when the screen is opened from elsewhere."""
        self.presenter.refresh()

    def ask_let_go(self) -> None:
        """Ask for a confirmation before records are deleted from this tablet."""
        kit.confirm(
            _("Let these records go?"),
            _("They rest on this tablet for 30 days and can be offered to the office again."),
            _("Let them go"),
            _("Stay"),
            lambda: self.presenter.answer(allow=True),
        )

    def ask_dismiss(self, photo: tuple[str, str]) -> None:
        """Ask for a confirmation before a photo is dismissed."""
        kit.confirm(
            _("Put this photo aside?"),
            _("The office does not get it. It stays on this tablet."),
            _("Put it aside"),
            _("Stay"),
            lambda: self.presenter.dismiss(photo),
        )

    def ask_sign_out(self) -> None:
        """Ask the officer to confirm signing out."""
        kit.confirm(
            _("Sign out of this tablet?"),
            _("To come back you need the network and your password. The work of this tablet stays here."),
            _("Sign out"),
            _("Stay"),
            lambda: self.dispatch("on_leaving"),
        )

    def _fill(self, holder: BoxLayout, lines: list[BoxLayout]) -> None:
        holder.clear_widgets()
        for line in lines:
            holder.add_widget(line)
        if lines and isinstance(lines[0], UnsentLine):
            lines[0].has_line = False


_PLAIN = (
    "headline",
    "icon",
    "tone",
    "outcome",
    "remedy",
    "is_working",
    "last_success",
    "more",
    "scopes_summary",
    "clock",
    "is_clock_off",
    "sign_out",
    "can_sign_out",
    "withheld",
    "tombstones",
    "history",
)


def _unsent(row: UnsentRow) -> UnsentLine:
    return UnsentLine(
        title=row.title, sub=row.sub, icon=row.icon, word=row.word, tone=row.tone, share=row.share
    )


def _scope(row: AreaRow) -> ScopeLine:
    return ScopeLine(name=row.name, text=row.text, is_equal=row.is_equal)


class _DeletionControls:
    """Withheld deletions, tombstones, and the choices for photos, in this tablet's store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, *, allow: bool) -> None:
        """Pass the user's answer to the deletion guard."""
        self._do(lambda context: answer_deletion_guard(context, allow=allow))

    def bring_back(self) -> None:
        """Offer deleted records to the office."""
        self._do(bring_back)

    def dismiss(self, photo: tuple[str, str]) -> None:
        """Wait no longer for a photo that cannot go."""
        self._store.photos.dismiss(photo)

    def send_again(self, photo: tuple[str, str]) -> None:
        """Requeue a photo."""
        self._store.photos.send_again(photo)

    def keep_wifi_only(self, wifi_only: bool) -> None:
        """Store the officers' choice."""
        self._store.settings.put(WIFI_ONLY, wifi_only)

    def _do(self, work: Callable[[DatabaseContext], None]) -> None:
        def both(unlocked: Unlocked) -> tuple[()]:
            work(unlocked.context)
            return ()

        self._store.write(both)


def build(services: Services) -> SyncScreen:
    """Build the screen; it follows store and sync from then on."""
    screen = SyncScreen()
    store, words = services.store, services.words()

    def facts() -> tuple[StoreStatus, SyncFacts]:
        return store.status(), read_facts(store, words)

    presenter = SyncPresenter(
        facts, services.runner, services.clock, words, screen.show, _DeletionControls(store)
    )
    screen.presenter = presenter
    screen.bind(
        on_leaving=lambda _screen: services.sign_out(),
        on_sign_in=lambda _screen: services.sign_in(),
        on_open=lambda _screen, record_id: services.navigate("inspection", record_id=record_id),
    )

    offline_export = follow(screen.ids.offline_export, services)

    def changed(_change: StoreChange | SyncState) -> None:
        services.ui_thread.post(presenter.refresh)
        services.ui_thread.post(offline_export.refresh)

    store.subscribe(changed)
    services.runner.subscribe(changed)
    presenter.refresh()
    return screen


_REQUIRED = (kit.Card, OfflineExportCard)
load_beside(__file__)
