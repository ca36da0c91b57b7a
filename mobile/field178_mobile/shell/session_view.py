"""The view of one session: services, shell and status line, from unlocking to locking."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.components.documents.document_files import papers_of
from field178_mobile.components.photos.pending_pictures import PendingPictures
from field178_mobile.components.services.services import Services, Session
from field178_mobile.features.sync_status.keep_open import KeepOpen
from field178_mobile.features.sync_status.status import StatusPresenter, StatusSources
from field178_mobile.kit.language import language
from field178_mobile.kit.threads import KivyThread
from field178_mobile.presentation.read_notices import ReadNotices
from field178_mobile.replication.events import Closed, SyncState, WakeReason
from field178_mobile.shell.registry import SCREENS
from field178_mobile.shell.shared_services import SharedServices
from field178_mobile.shell.shell import Shell
from field178_mobile.store import StoreChange
from field178_mobile.tablet import TabletSession
from field178_mobile.vault import TabletOfficer
from field178_shared.time.clock import duration_clock

# Interval of syncs for an officer who is using the tablet.
NEWS_EVERY_S = 300.0
# Interval in which the time of an open session is stored for the lease.
LEASE_EVERY_S = 600.0


class SessionView:
    """The view of one officer's session."""

    def __init__(
        self,
        shared_services: SharedServices,
        opened: TabletSession,
        officer: TabletOfficer,
        actions: dict[str, Callable[[], None]],
    ) -> None:
        self.opened = opened
        self.officer = officer
        self._shared = shared_services
        # Own instance: work that screens post after the lock must not reach a closed store.
        self._ui_thread = KivyThread()
        self._news_due_at = duration_clock() + NEWS_EVERY_S
        self._lease_from = duration_clock()
        self._stops: list[Callable[[], None]] = []
        self._close_by_order = actions["closed"]
        self._keep_open = KeepOpen(shared_services.platform.keep_open, lambda: language("Sending"))
        tablet = shared_services.tablet
        self.shell = Shell(actions["mode"], actions["settings"], actions["hand_over"], SCREENS)
        self._status = StatusPresenter(
            opened.store,
            opened.runner.state,
            tablet.clock,
            language,
            self.shell.show_status,
            StatusSources(
                shared_services.has_demo_clock,
                ReadNotices(opened.store.settings, officer.id).ids,
                language.code,
            ),
        )
        self.services = Services(
            store=opened.store,
            runner=opened.runner,
            clock=tablet.clock,
            ids=tablet.ids,
            lists=opened.lists,
            language=language.code,
            translate=language,
            navigate=self.shell.navigate,
            ui_thread=self._ui_thread,
            pending_pictures=PendingPictures(self._ui_thread),
            platform=shared_services.platform,
            session=Session(officer, tablet.clock.now()),
            sign_out=actions["sign_out"],
            sign_in=actions["sign_in"],
            offline_export=tablet.exporter(opened, shared_services.platform.offline_export_folder),
        )

    def start(self, first: str = "inspection", **place: str) -> None:
        """Show the first screen, at a place; follow store and sync."""
        self._stops = [
            self.opened.store.subscribe(self._changed),
            self.opened.runner.subscribe(self._changed),
            self.opened.runner.subscribe(self._keep_open.follow),
        ]
        # Left by a killed process; the next officer may be another one.
        papers_of(self._shared.platform).clear()
        self._status.refresh()
        self.shell.start(self.services, first, **place)

    def tick(self) -> None:
        """Store from time to time for how long the tablet is open."""
        if duration_clock() - self._lease_from >= LEASE_EVERY_S:
            self._note_lease()

    def _note_lease(self) -> None:
        before, self._lease_from = self._lease_from, duration_clock()
        if not self.opened.store.is_unlocked:  # the office had the tablet deleted
            return
        self.opened.store.lease.note(self.services.clock.now(), self._lease_from - before)

    def leave(self) -> None:
        """Stop listening; the store stays unlocked."""
        self._note_lease()
        for stop in self._stops:
            stop()
        self._keep_open.leave()
        self.services.pending_pictures.close()
        self._ui_thread.close()
        papers_of(self._shared.platform).clear()
        self.shell.leave()

    def touched(self) -> None:
        """Start a sync from time to time while an officer uses the tablet."""
        if duration_clock() >= self._news_due_at:
            self._news_due_at = duration_clock() + NEWS_EVERY_S
            self.opened.runner.wake(WakeReason.TOUCH)

    def _changed(self, change: StoreChange | SyncState) -> None:
        # A tap saves a draft: nothing of that is in the status line.
        if not (isinstance(change, StoreChange) and change.is_draft):
            self._ui_thread.post(self._refresh)

    def _refresh(self) -> None:
        if self.opened.runner.state().closed is not Closed.NO:
            self._close_by_order()
        elif self.opened.store.is_unlocked:
            self._status.refresh()
