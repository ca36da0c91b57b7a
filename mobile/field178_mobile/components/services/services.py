"""Services of an unlocked tablet for its screens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from field178_mobile.components.documents.document_files import papers_of
from field178_mobile.components.documents.document_output import DocumentServices
from field178_mobile.components.photos.pending_pictures import PendingPictures
from field178_mobile.components.photos.photo_tools import PhotoTools
from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.kit.threads import WorkerThreads
from field178_mobile.maps.map_file import MAPS
from field178_mobile.platform.api import Fix, Platform
from field178_mobile.ports import UiThread
from field178_mobile.presentation.export_port import Write
from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.events import SyncState
from field178_mobile.store import Store
from field178_mobile.vault.model import TabletOfficer
from field178_shared.codelists import CodeLists
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock


class Runner(Protocol):
    """The sync thread as the screens see it."""

    def wake(self) -> None:
        """Start an exchange, if one is possible."""
        ...

    def state(self) -> SyncState:
        """Return the state of sync."""
        ...

    def subscribe(self, listener: Callable[[SyncState], None]) -> object:
        """Call `listener` at every change, on the sync thread."""
        ...


class Navigate(Protocol):
    """Function that opens a screen by name, e.g. navigate("inspection", record_id=…, focus_path=…)."""

    def __call__(self, screen: str, **place: str) -> None:
        """Show the screen, opened at a place."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """Officer of the unlocked tablet, and time of the unlock."""

    officer: TabletOfficer
    since: datetime


@dataclass(frozen=True, slots=True)
class Services:
    """Services passed to every screen's `build`; they exist from unlock to lock."""

    store: Store
    runner: Runner
    clock: Clock
    ids: IdSource
    lists: CodeLists
    language: str
    translate: Callable[[str], str]
    navigate: Navigate
    ui_thread: UiThread
    pending_pictures: PendingPictures
    platform: Platform
    session: Session
    sign_out: Callable[[], None]
    sign_in: Callable[[], None]
    offline_export: Write

    @property
    def user(self) -> str:
        """Return the id of the officer who works."""
        return self.session.officer.id

    def words(self) -> Wording:
        """Return code lists, language and catalog in one value."""
        return Wording(self.lists, self.language, self.translate)

    def records(self) -> RecordServices:
        """Return the services for presenters of records."""
        return RecordServices(
            self.store,
            self.clock,
            self.ids,
            self.words(),
            self.user,
            self.ask_fix,
            has_receiver=self.platform.has_receiver(),
            papers=self.papers(),
            tools=self.photo_tools(),
            map_folder=self.platform.data_folder() / MAPS,
        )

    def papers(self) -> DocumentServices:
        """Return the services for making and showing papers."""
        threads = WorkerThreads(self.ui_thread), self.ui_thread
        return DocumentServices(self.platform, papers_of(self.platform), *threads)

    def photo_tools(self) -> PhotoTools:
        """Return camera, pictures and upload progress; every answer arrives on the UI thread."""
        platform = self.platform
        return PhotoTools(
            background=WorkerThreads(self.ui_thread),
            now=self.clock.now,
            has_camera=platform.has_camera(),
            take=self.pending_pictures.on_ui_thread(platform.take_photo),
            choose=self.pending_pictures.on_ui_thread(platform.choose_photo),
            folders=platform.photo_folders,
            uploads=lambda: self.runner.state().uploads,
        )

    def ask_fix(self, answer: Callable[[Fix | None], None]) -> None:
        """Measure the position once; the answer arrives on the UI thread."""
        self.platform.ask_fix(lambda fix: self.ui_thread.post(lambda: answer(fix)))
