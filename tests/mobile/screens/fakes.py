"""A tablet for screen tests: a real vault and store in a temporary folder, sync that stands still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from tests.mobile.support import FrozenClock, SystemKeyStore

from field178_mobile.features.access.officer_notice import OfficerNotice
from field178_mobile.platform.fake import FakePlatform
from field178_mobile.replication.events import SyncState, WakeReason
from field178_mobile.tablet import Tablet
from field178_mobile.vault import Enrolment, GuessCost, TabletOfficer, base64url

if TYPE_CHECKING:
    from field178_mobile.shell.shared_services import SharedServices

PIN = "280917"
HUNG = TabletOfficer("0197aaaa-0000-7000-8000-0000000000aa", "Nguyễn Văn Hùng", "Công an xã An Lão", "leader")
HA = TabletOfficer("0197aaaa-0000-7000-8000-0000000000ab", "Phạm Thị Hà", "Trạm Y tế xã An Lão", "member")
CHEAP = GuessCost(memory_kib=1024, passes=1, lanes=1)


class StillRunner:
    """A sync runner that does nothing and keeps the reasons of its wakes."""

    def __init__(self) -> None:
        self.shown = SyncState()
        self.wakes: list[WakeReason] = []
        self.listeners: list[Callable[[SyncState], None]] = []
        self.is_stopped = False

    def start(self) -> None:
        return

    def wake(self, reason: WakeReason = WakeReason.USER) -> None:
        self.wakes.append(reason)

    def state(self) -> SyncState:
        return self.shown

    def subscribe(self, listener: Callable[[SyncState], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def stop(self) -> None:
        self.is_stopped = True

    def say(self, state: SyncState) -> None:
        self.shown = state
        for listener in list(self.listeners):
            listener(state)


class DirectBackground:
    """Runs slow work at once."""

    def run(self, work, done, failed) -> None:
        from field178_shared.errors import AppError

        try:
            result = work()
        except AppError as error:
            failed(error)
        else:
            done(result)


def fake_house(
    folder: Path, runner: StillRunner, is_set_up: bool = True, has_read_notice: bool = True
) -> SharedServices:
    """Return a tablet in a folder; set up for two officers with the same PIN by default."""
    from field178_mobile.kit.threads import KivyThread
    from field178_mobile.shell.shared_services import SharedServices

    clock = FrozenClock()
    tablet = Tablet(folder, clock, "tablet", CHEAP, lambda _store, _enrolment, _key: runner)
    tablet.key_store, tablet.stopwatch = SystemKeyStore, clock.stopwatch
    if is_set_up:
        vault = tablet.vault
        key = vault.create(HUNG, PIN, enrolment(), vault.pending_device_key())
        vault.add_officer(HA, PIN, key)
        if has_read_notice:
            opened = tablet.open(key)
            for officer in (HUNG, HA):
                OfficerNotice(opened.store.settings, tablet.clock, officer.id).read()
            opened.close()
            runner.is_stopped = False
    return SharedServices(tablet, FakePlatform(folder), KivyThread())


def enrolment() -> Enrolment:
    """Return an enrolment at an office that is nowhere."""
    public = base64url.encode(X25519PrivateKey.generate().public_key().public_bytes_raw())
    device = "0197aaaa-0000-7000-8000-0000000000dd"
    return Enrolment("https://office.invalid", device, "main", public, public, HUNG)


def later(clock: FrozenClock, seconds: int) -> None:
    """Let time pass."""
    clock.instant += timedelta(seconds=seconds)
