"""Presenter of the sync screen: unsent records, last result, remedy; the button always works."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from field178_mobile.components.photos.photo_words import files_word, photos_state
from field178_mobile.components.photos.unsent_rows import UnsentRow
from field178_mobile.features.sync_status.sync_facts import ScopeFact, SyncFacts, UnsentRecord
from field178_mobile.features.sync_status.sync_state import AreaRow, SyncScreenState
from field178_mobile.features.sync_status.sync_words import (
    HEADLINES,
    HISTORIES,
    MARKS,
    OUTCOMES,
    REMEDIES,
    loading_text,
    tombstones_text,
    withheld_text,
)
from field178_mobile.presentation.device_clock import clock_text, is_clock_off
from field178_mobile.presentation.moments import moment_text
from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.events import Phase, SyncMessage, SyncState
from field178_mobile.store.model import StoreStatus
from field178_shared.record_type import RecordType
from field178_shared.text.formats import number_text
from field178_shared.text.i18n import N_
from field178_shared.time.clock import Clock

SHOWN_ROWS = 12
SHOWN_SCOPES = 8
_ICONS: Mapping[str, str] = {
    RecordType.INSPECTION: "clipboard-check-outline",
    RecordType.OUTREACH_SESSION: "bullhorn-outline",
}
_WORKING = (Phase.SIGNING_IN, Phase.EXCHANGING)
_ALL_WELL = (SyncMessage.IN_SYNC, SyncMessage.RECEIVED)


class SyncRunnerPort(Protocol):
    """Sync thread operations of the screen."""

    def wake(self) -> None:
        """Start an exchange now."""
        ...

    def state(self) -> SyncState:
        """Return the state of sync."""
        ...


class DeletionControls(Protocol):
    """Operations on withheld or deleted records, and on photos."""

    def answer(self, *, allow: bool) -> None:
        """Allow the withheld deletions, or keep the records for now."""
        ...

    def bring_back(self) -> None:
        """Offer deleted records to the office."""
        ...

    def dismiss(self, photo: tuple[str, str]) -> None:
        """Wait no longer for a photo that cannot go."""
        ...

    def send_again(self, photo: tuple[str, str]) -> None:
        """Requeue a photo."""
        ...

    def keep_wifi_only(self, wifi_only: bool) -> None:
        """Store whether photos wait for Wi-Fi."""
        ...


class SyncPresenter:
    """Present the state of sync; MUST NOT report a record as sent before its receipt is stored."""

    def __init__(
        self,
        facts: Callable[[], tuple[StoreStatus, SyncFacts]],
        runner: SyncRunnerPort,
        clock: Clock,
        words: Wording,
        render: Callable[[SyncScreenState], None],
        controls: DeletionControls,
    ) -> None:
        self._facts = facts
        self._runner = runner
        self._controls = controls
        self._clock = clock
        self._words = words
        self._render = render
        # Number of finished attempts at the user's request; -1 without a request.
        self._asked_at = -1

    def refresh(self) -> None:
        """Reload the facts and draw the screen."""
        status, facts = self._facts()
        sync = self._runner.state()
        if sync.ended != self._asked_at:
            self._asked_at = -1
        self._render(self._state(status, facts, sync))

    def sync_now(self) -> None:
        """Request an exchange, and show at once that it was requested."""
        self._asked_at = self._runner.state().ended
        self.refresh()
        self._runner.wake()

    def answer(self, *, allow: bool) -> None:
        """Pass the user's answer about withheld deletions on, and start an exchange."""
        self._controls.answer(allow=allow)
        self.sync_now()

    def bring_back(self) -> None:
        """Offer records deleted from this tablet to the office."""
        self._controls.bring_back()
        self.sync_now()

    def send_photos(self, *, wifi_only: bool) -> None:
        """Store whether photos wait for Wi-Fi, and apply the setting at once."""
        self._controls.keep_wifi_only(wifi_only)
        self._runner.wake()
        self.refresh()

    def dismiss(self, photo: tuple[str, str]) -> None:
        """Wait no longer for a photo that cannot go; it stays on this tablet."""
        self._controls.dismiss(photo)
        self.refresh()

    def send_again(self, photo: tuple[str, str]) -> None:
        """Requeue a photo and start an exchange."""
        self._controls.send_again(photo)
        self._runner.wake()
        self.refresh()

    def _state(self, status: StoreStatus, facts: SyncFacts, sync: SyncState) -> SyncScreenState:
        is_working = self._asked_at >= 0 or sync.phase in _WORKING
        code = SyncMessage.WORKING if is_working else sync.message
        if status.is_revoked:
            code = SyncMessage.REVOKED
        elif status.unsent_records and code in _ALL_WELL:
            # Filed since that exchange: its result is out of date.
            code = SyncMessage.UNSENT
        icon, tone = MARKS[code]
        agrees = status.in_sync or status.records_agree
        is_off = is_clock_off(status.clock_offset_ms)
        headline = self._say(HEADLINES[code]).format(count=status.unsent_records)
        if code is SyncMessage.WORKING:
            headline = loading_text(sync, self._words.language, self._words.translate) or headline
        if facts.root_alarm and code in _ALL_WELL:
            icon, tone = MARKS[SyncMessage.MASS_REMOVAL]
            headline = self._say("The records agree; the server's history does not")
        if status.unsent_photos and code in _ALL_WELL:
            # Not green while photos wait: the records are on the server, but not all of their photos.
            icon, tone = MARKS[SyncMessage.UNSENT]
            headline = self._words.say(
                "The office has every record; photos not sent: {count}", count=status.unsent_photos
            )
        return SyncScreenState(
            headline=headline,
            icon=icon,
            tone=tone,
            outcome=self._outcome(code, sync),
            remedy=self._say(REMEDIES[code]) if code in REMEDIES else "",
            is_working=is_working,
            last_success=self._last_success(status),
            unsent=tuple(self._unsent(record) for record in facts.unsent[:SHOWN_ROWS]),
            more=self._more(len(facts.unsent) - SHOWN_ROWS),
            photos=photos_state(facts.photos, sync.uploads, self._words, is_wifi_only=facts.is_wifi_only),
            scopes=tuple(self._scope(scope, agrees) for scope in _largest(facts.scopes)),
            scopes_summary=self._summary(facts, agrees),
            clock=clock_text(status.clock_offset_ms, self._words),
            is_clock_off=is_off,
            sign_out=self._sign_out(status),
            can_sign_out=not (status.unsent_records or status.drafts or status.unsent_photos),
            withheld=withheld_text(facts.withheld, self._words),
            can_keep=not facts.withheld.is_kept,
            tombstones=tombstones_text(facts.tombstones, facts.lost, self._words),
            can_bring_back=facts.tombstones > 0,
            can_sign_in=facts.needs_sign_in and not status.is_revoked,
            history=self._say(HISTORIES[facts.root_alarm]) if facts.root_alarm else "",
        )

    def _outcome(self, code: SyncMessage, sync: SyncState) -> str:
        if code not in OUTCOMES:
            return ""
        text = self._say(OUTCOMES[code]).format(pushed=sync.pushed, received=sync.received)
        if sync.retry_in_s and code is not SyncMessage.WORKING:
            minutes = max(1, round(sync.retry_in_s / 60))
            text = f"{text} " + self._words.say("Tries again in {minutes} min.", minutes=minutes)
        return text

    def _last_success(self, status: StoreStatus) -> str:
        if status.last_success_at is None:
            return self._say("Nothing has been exchanged yet.")
        when = moment_text(status.last_success_at, self._clock.now())
        return self._words.say("Last success: {when}", when=when)

    def _unsent(self, record: UnsentRecord) -> UnsentRow:
        kind = self._words.record(record.type)
        word, tone = (N_("Needs a look"), "bad") if record.is_refused else (N_("Not sent"), "warn")
        icon = _ICONS.get(record.type, "store-outline")
        sub = " · ".join(part for part in (kind, files_word(record.files, self._words)) if part)
        return UnsentRow(record.record_id, record.title or kind, sub, icon, self._say(word), tone)

    def _more(self, count: int) -> str:
        return self._words.say("and {count} more", count=count) if count > 0 else ""

    def _scope(self, scope: ScopeFact, in_sync: bool) -> AreaRow:
        return AreaRow(self._scope_name(scope), self._counted(scope.count, in_sync), in_sync)

    def _scope_name(self, scope: ScopeFact) -> str:
        kind, _, rest = scope.id.partition(":")
        if kind == "unit":
            return self._words.unit(rest)
        if kind == "ref":
            return self._say("Common lists")
        return scope.name or self._say("Team")

    def _counted(self, count: int, in_sync: bool) -> str:
        text = N_("tablet {count} = server {count}") if in_sync else N_("tablet {count} · not compared yet")
        return self._words.say(text, count=number_text(count, self._words.language))

    def _summary(self, facts: SyncFacts, in_sync: bool) -> str:
        return self._counted(sum(scope.count for scope in facts.scopes), in_sync)

    def _sign_out(self, status: StoreStatus) -> str:
        if status.unsent_records:
            template = N_(
                "Signing out is not possible. Records not sent: {count}. If they cannot be sent, write a "
                "rescue file for the office."
            )
            return self._words.say(template, count=status.unsent_records)
        if status.drafts:
            template = N_(
                "Signing out is not possible. Drafts: {count}. Finish or discard them; they are in no rescue "
                "file."
            )
            return self._words.say(template, count=status.drafts)
        if status.unsent_photos:
            template = N_(
                "Signing out is not possible. Photos not sent: {count}. They go when there is a network; one "
                "that was refused can be put aside."
            )
            return self._words.say(template, count=status.unsent_photos)
        if status.undeliverable_photos:
            template = N_(
                "The office has all but what was put aside; photos that stay on this tablet: {count}"
            )
            return self._words.say(template, count=status.undeliverable_photos)
        if status.quarantined:
            template = N_(
                "The office keeps what it has not accepted too, {count}: signing out loses nothing."
            )
            return self._words.say(template, count=status.quarantined)
        return self._say("Everything is with the office: signing out loses nothing.")

    def _say(self, text: str) -> str:
        return self._words.translate(text)


def _largest(scopes: Sequence[ScopeFact]) -> list[ScopeFact]:
    return sorted(scopes, key=lambda scope: -scope.count)[:SHOWN_SCOPES]
