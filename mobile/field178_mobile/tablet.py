"""The tablet without its screens: folder, vault, store and sync, put together. No Kivy here.

Heavy imports (cryptography, requests, code lists) wait until something needs them: the unlock screen does
not.
"""

from __future__ import annotations

import importlib.metadata
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from field178_mobile.ports import NetworkKind
from field178_mobile.wiped import WipedFolder, WipeNote
from field178_shared.errors import AppError
from field178_shared.fsync import close_to_others, make_folder
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock, duration_clock

if TYPE_CHECKING:
    from field178_mobile.ports import KeyStore
    from field178_mobile.replication.enrolment import EnrolLink
    from field178_mobile.replication.offline_export import OfflineExporter
    from field178_mobile.replication.runner import SyncRunner
    from field178_mobile.store import Store
    from field178_mobile.store.replication.orders import StoredOrder
    from field178_mobile.vault import Enrolment, GuessCost, TabletOfficer, Vault
    from field178_shared.codelists import CodeLists
    from field178_shared.device_orders import OrderReceipt

APP = f"tablet {importlib.metadata.version('field178')}"
MakeRunner = Callable[["Store", "Enrolment", bytes], "SyncRunner"]


@dataclass(frozen=True, slots=True)
class TabletSession:
    """Session of the tablet: objects that exist from unlock to lock."""

    store: Store
    lists: CodeLists
    runner: SyncRunner
    key: bytes

    def close(self) -> None:
        """Stop sync, close the store, delete the key from memory; all data is stored."""
        self.runner.stop()
        # A wiped tablet has closed it already.
        if self.store.is_unlocked:
            self.store.close()


class Tablet:
    """One tablet's data folder: opened by a PIN, set up by an enrolment."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        label: str = "tablet",
        cost: GuessCost | None = None,
        make_runner: MakeRunner | None = None,
    ) -> None:
        self.folder = folder
        self.clock = clock
        self.label = label
        self.ids = IdSource(clock, random.SystemRandom())
        # Network kind of the device; set by the application.
        self.network: Callable[[], NetworkKind] = lambda: NetworkKind.UNKNOWN
        # Key store of the device, if it has one; set by the application.
        self.key_store: Callable[[Path], KeyStore | None] = lambda _folder: None
        # Stopwatch of the waits after wrong PINs; tests set it.
        self.stopwatch: Callable[[], float] = duration_clock
        self._cost = cost
        self._make_runner = make_runner
        self._vault: Vault | None = None
        self.wiped = WipedFolder(folder, lambda: self.vault.key_store)

    @property
    def vault(self) -> Vault:
        """Return the vault; its first use imports cryptography."""
        if self._vault is None:
            from field178_mobile.vault import Vault

            make_folder(self.folder)
            # Files that an earlier version, or the system, left readable for others.
            close_to_others(self.folder, *self.folder.rglob("*"))
            own = self.key_store(self.folder)
            self._vault = Vault(self.folder, cost=self._cost, key_store=own, stopwatch=self.stopwatch)
        return self._vault

    def open(self, key: bytes) -> TabletSession:
        """Open store and sync with the data key; sync runs when this returns."""
        from field178_mobile.replication.events import WakeReason
        from field178_mobile.replication.office_lists import OfficeLists
        from field178_mobile.store import Store, StoreChange
        from field178_shared.codelists import load

        store = Store(self.folder / "store", self.clock, self.ids)
        store.unlock(key)
        # No draft is open yet: delete the photos removed from drafts before the last end of the program.
        store.photos.settle()
        enrolment = self.vault.enrolment(key)
        lists = OfficeLists(store, lambda: self.vault.enrolment(key))
        lists.take()
        store.subscribe(lists.follow)
        if self._make_runner is None:
            runner = self._runner(store, enrolment, key)
        else:
            runner = self._make_runner(store, enrolment, self.vault.device_key(key))

        def push_filed_changes(change: StoreChange) -> None:
            if change.is_filed:
                runner.wake(WakeReason.SAVE)

        store.subscribe(push_filed_changes)
        runner.start()
        return TabletSession(store, load(), runner, key)

    def empty(self, store: Store, enrolment: Enrolment, order: StoredOrder, receipt: OrderReceipt) -> None:
        """Delete everything on this tablet; only the signed receipt stays until the office has it."""
        lost = receipt.lost_changes + receipt.lost_files + receipt.lost_drafts
        note = WipeNote(order.reason, order.at, enrolment.url, enrolment.pin, lost, receipt.to_wire())
        self.wiped.begin(note)
        store.close()
        self.wiped.finish()
        self._vault = None

    def answer_wipe(self) -> None:
        """Send the receipt of a wiped tablet; raises AppError without an answer of the office."""
        from field178_mobile.replication.enrolment import post_receipt
        from field178_mobile.replication.orders import FINAL
        from field178_mobile.replication.transport import HttpTransport

        note = self.wiped.note
        if note is None or note.receipt is None:
            return
        try:
            post_receipt(HttpTransport(note.url, note.pin), note.receipt)
        except AppError as error:
            if error.code not in FINAL:
                raise
        self.wiped.note_answered()

    def exporter(self, opened: TabletSession, folder: Callable[[], Path]) -> OfflineExporter:
        """Return the writer of offline exports of an unlocked store."""
        from field178_mobile.replication.offline_export import OfflineExporter

        vault = self.vault
        return OfflineExporter(
            opened.store, vault.enrolment(opened.key), vault.device_key(opened.key), self.clock, folder
        )

    def _runner(self, store: Store, enrolment: Enrolment, key: bytes) -> SyncRunner:
        from field178_mobile.replication.assemble import Surroundings, runner_for

        around = Surroundings(
            self.clock,
            self.ids,
            self.network,
            lambda: self.vault.protection,
            lambda order, receipt: self.empty(store, self.vault.enrolment(key), order, receipt),
            lambda followed: self.vault.replace_enrolment(followed, key),
        )
        return runner_for(store, enrolment, self.vault.device_key(key), around, APP)


class PinUnlock:
    """The way in by PIN."""

    def __init__(self, tablet: Tablet) -> None:
        self._tablet = tablet

    def officers(self) -> tuple[TabletOfficer, ...]:
        """Return the officers of this tablet."""
        return self._tablet.vault.officers()

    def wait_s(self, officer_id: str) -> int:
        """Return for how many seconds no PIN of this officer is taken."""
        return self._tablet.vault.wait_s(officer_id)

    def uses_passphrase(self, officer_id: str) -> bool:
        """Return whether the officer types a passphrase, not a PIN."""
        return self._tablet.vault.uses_passphrase(officer_id)

    def open(self, officer_id: str, pin: str) -> TabletSession:
        """Unlock the vault, open the store and start sync; takes about a second, on a worker thread."""
        return self._tablet.open(self._tablet.vault.unlock(officer_id, pin))


class OwnPin:
    """The PIN or passphrase of the officer who holds the open tablet."""

    def __init__(self, tablet: Tablet, officer_id: str) -> None:
        self._vault = tablet.vault
        self._officer_id = officer_id

    def wait_s(self) -> int:
        """Return for how many seconds no PIN is taken."""
        return self._vault.wait_s(self._officer_id)

    def check(self, pin: str) -> None:
        """Raise AppError unless the PIN is right; a wrong PIN counts as at the unlock."""
        self._vault.unlock(self._officer_id, pin)

    def uses_passphrase(self) -> bool:
        """Return whether the officer has a passphrase, not a PIN."""
        return self._vault.uses_passphrase(self._officer_id)

    def propose_passphrase(self) -> str:
        """Return a fresh passphrase, "" where the tablet accepts a PIN."""
        return self._vault.propose_passphrase()

    def change(self, pin: str, fresh_pin: str) -> None:
        """Replace the PIN after checking the old PIN."""
        self._vault.change_pin(self._officer_id, pin, fresh_pin)


class FirstEnrolment:
    """First enrolment of a tablet: register the device, bind its first officer, set a PIN.

    A registration is stored: after a restart the enrolment continues with the sign-in.
    """

    def __init__(self, tablet: Tablet) -> None:
        self._tablet = tablet

    @property
    def enrolment(self) -> Enrolment | None:
        """Return the enrolment, or None before enrolment."""
        return self._tablet.vault.pending_enrolment()

    def register(self, link: EnrolLink) -> str:
        """Register this device; after a lost answer the same key registers the same device."""
        from field178_mobile.replication.enrolment import enrol
        from field178_mobile.replication.transport import HttpTransport

        vault = self._tablet.vault
        caller = HttpTransport(link.url, link.pin)
        key = vault.pending_device_key()
        enrolment = enrol(caller, link.code, self._tablet.label, key, link.receipt_key)
        vault.keep_pending(enrolment)
        return enrolment.login

    def sign_in(self, login: str, password: str, one_time_code: str) -> TabletOfficer:
        """Bind an officer to the device."""
        return sign_in(
            self._required_enrolment(),
            self._tablet.vault.pending_device_key(),
            login,
            password,
            one_time_code,
        )

    def propose_passphrase(self) -> str:
        """Return a fresh passphrase, "" where the tablet accepts a PIN."""
        return self._tablet.vault.propose_passphrase()

    def set_up(self, officer: TabletOfficer, pin: str) -> TabletSession:
        """Create the vault for the first officer and unlock the store."""
        vault = self._tablet.vault
        key = vault.create(officer, pin, self._required_enrolment(), vault.pending_device_key())
        return self._tablet.open(key)

    def _required_enrolment(self) -> Enrolment:
        if (enrolment := self.enrolment) is None:
            raise LookupError("the device is not registered")
        return enrolment


class AnotherOfficer:
    """The way of one more officer onto an unlocked tablet."""

    def __init__(self, tablet: Tablet, opened: TabletSession) -> None:
        self._vault = tablet.vault
        self._opened = opened

    def register(self, link: EnrolLink) -> str:
        """MUST NOT be called: this tablet is enrolled."""
        raise LookupError(link.url)

    def sign_in(self, login: str, password: str, one_time_code: str) -> TabletOfficer:
        """Bind the officer to the device."""
        return sign_in(
            self._vault.enrolment(self._opened.key),
            self._vault.device_key(self._opened.key),
            login,
            password,
            one_time_code,
        )

    def propose_passphrase(self) -> str:
        """Return a fresh passphrase, "" where the tablet accepts a PIN."""
        return self._vault.propose_passphrase()

    def set_up(self, officer: TabletOfficer, pin: str) -> TabletSession:
        """Store another officer's PIN; the store is unlocked already."""
        self._vault.add_officer(officer, pin, self._opened.key)
        return self._opened


class SaferPin(AnotherOfficer):
    """The passphrase in place of a PIN, for an officer who has just unlocked the tablet."""

    def set_up(self, officer: TabletOfficer, pin: str) -> TabletSession:
        """Replace the officer's PIN; the store is unlocked already."""
        self._vault.replace_pin(officer.id, pin, self._opened.key)
        return self._opened


class RecoveredOfficer:
    """Key recovery for an officer who forgot the PIN, by a code of the office."""

    def __init__(self, tablet: Tablet) -> None:
        self._tablet = tablet
        self._code = ""
        self._key = b""
        self._answer_key = random.SystemRandom().randbytes(32)

    def register(self, link: EnrolLink) -> str:
        """Store the code; the office knows the officer of the tablet."""
        self._code = link.code
        return ""

    def sign_in(self, login: str, password: str, one_time_code: str) -> TabletOfficer:
        """Get the data key for code and password together."""
        from field178_mobile.replication.enrolment import Locked, OfficerSignIn, recover
        from field178_mobile.replication.transport import HttpTransport

        vault, enrolment = self._tablet.vault, self._tablet.vault.locked_enrolment()
        locked = Locked(enrolment.device, vault.recovery_box(), vault.sealed_device_key())
        typed = OfficerSignIn(login, password, one_time_code)
        # In memory alone: the enrolment of a locked tablet is replaced at its next unlock.
        caller = HttpTransport(
            enrolment.url, enrolment.pin, follow=lambda items: enrolment.following(items).pin
        )
        recovered = recover(caller, locked, self._code, typed, self._answer_key)
        self._key = recovered.key
        return recovered.officer

    def propose_passphrase(self) -> str:
        """Return a fresh passphrase, "" where the tablet accepts a PIN."""
        return self._tablet.vault.propose_passphrase()

    def set_up(self, officer: TabletOfficer, pin: str) -> TabletSession:
        """Store the new PIN and unlock the store: its content is unchanged."""
        self._tablet.vault.add_officer(officer, pin, self._key)
        return self._tablet.open(self._key)


def sign_in(
    enrolment: Enrolment, device_key: bytes, login: str, password: str, one_time_code: str = ""
) -> TabletOfficer:
    """Sign an officer in on this device, online."""
    from field178_mobile.replication.enrolment import bind_officer
    from field178_mobile.replication.transport import HttpTransport

    caller = HttpTransport(enrolment.url, enrolment.pin, enrolment.device, device_key)
    return bind_officer(caller, login, password, one_time_code)
