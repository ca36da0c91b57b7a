"""The status line of every screen: unsent records, last success, signed-in officer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from field178_mobile.features.sync_status.sync_words import HEADLINES, MARKS, TROUBLES, loading_text
from field178_mobile.presentation.amounts import amount_text
from field178_mobile.presentation.device_clock import is_clock_off
from field178_mobile.presentation.moments import moment_text
from field178_mobile.presentation.read_notices import DEMO_NOTICE, unread
from field178_mobile.replication.events import SyncMessage, SyncState
from field178_mobile.store import Store
from field178_mobile.store.model import InboxKind, StoreStatus
from field178_shared.text.i18n import N_
from field178_shared.time.clock import Clock


@dataclass(frozen=True, slots=True)
class StatusState:
    """The line and the counters of the rail."""

    text: str
    icon: str
    tone: str
    unsent: int
    inbox: int
    is_demo: bool


@dataclass(frozen=True, slots=True)
class StatusSources:
    """Sources of the status line besides store and sync.

    `read_notices` returns the opened notices; the inbox badge counts the others. `language`: code of the
    language, for numbers.
    """

    has_demo_clock: bool = False
    read_notices: Callable[[], Collection[str]] = frozenset
    language: str = "vi"


NOTHING_MORE = StatusSources()


class StatusPresenter:
    """Presenter of the status line; `sync` returns the state of sync."""

    def __init__(
        self,
        store: Store,
        sync: Callable[[], SyncState],
        clock: Clock,
        translate: Callable[[str], str],
        render: Callable[[StatusState], None],
        around: StatusSources = NOTHING_MORE,
    ) -> None:
        self._store = store
        self._sync = sync
        self._clock = clock
        self._say = translate
        self._render = render
        self._around = around

    def refresh(self) -> None:
        """Reload status and inbox, and draw the line."""
        status, inbox = self._store.status(), self._store.inbox()
        sync = self._sync()
        message = sync.outcome if sync.outcome in TROUBLES and not status.is_revoked else None
        headline = self._say(HEADLINES[message]) if message else ""
        if loading := loading_text(sync, self._around.language, self._say):
            # Records arrive: the problem of the last attempt is over.
            message, headline = SyncMessage.WORKING, loading
        is_demo = self._around.has_demo_clock or any(
            item.kind is InboxKind.NOTICE and item.type == DEMO_NOTICE for item in inbox
        )
        new = unread(inbox, self._around.read_notices())
        icon, tone = _mark(status, message)
        self._render(
            StatusState(
                text=self._text(status, headline),
                icon=icon,
                tone=tone,
                unsent=status.unsent_records,
                inbox=sum(item.needs_answer for item in inbox) + len(new),
                is_demo=is_demo,
            )
        )

    def _text(self, status: StoreStatus, headline: str) -> str:
        # The headline is that of the sync screen, so that both agree.
        parts = [headline]
        if status.is_revoked:
            parts.append(self._say("This tablet was revoked"))
        if is_clock_off(status.clock_offset_ms):
            parts.append(self._say("Clock wrong"))
        parts += self._unsent(status)
        if status.last_success_at is None:
            parts.append(self._say("never sent yet"))
        else:
            when = moment_text(status.last_success_at, self._clock.now())
            parts.append(self._say("last success {when}").format(when=when))
        return " · ".join(part for part in parts if part)

    def _unsent(self, status: StoreStatus) -> list[str]:
        if status.unsent_records:
            records = self._say("Records not sent: {count}").format(count=status.unsent_records)
            return [records, self._photos(status, N_("photos: {count} ({amount})"))]
        if status.unsent_photos:
            return [self._photos(status, N_("Photos not sent: {count} ({amount})"))]
        has_sent = status.last_success_at and not status.is_revoked
        return [self._say("Everything sent") if has_sent else self._say("Nothing waits")]

    def _photos(self, status: StoreStatus, text: str) -> str:
        if not status.unsent_photos:
            return ""
        amount = amount_text(status.unsent_photo_bytes)
        return self._say(text).format(count=status.unsent_photos, amount=amount)


def _mark(status: StoreStatus, message: SyncMessage | None) -> tuple[str, str]:
    if status.is_revoked:
        return "lock-outline", "bad"
    if status.quarantined or status.conflicts:
        return "alert-circle-outline", "bad"
    if is_clock_off(status.clock_offset_ms):
        return "clock-alert-outline", "bad"
    if message:
        icon, tone = MARKS[message]
        is_calm = tone == "warn" and not (status.unsent_records or status.unsent_photos)
        return icon, "muted" if is_calm else tone
    if status.unsent_records or status.unsent_photos:
        return "cloud-upload-outline", "warn"
    return ("cloud-check-outline", "ok") if status.last_success_at else ("cloud-off-outline", "muted")
