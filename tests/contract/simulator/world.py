"""One seeded world: an office, three tablets, and dice that decide everything."""

from __future__ import annotations

import random
import shutil
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.contract.simulator.clocks import TrueClock
from tests.contract.simulator.office import DEVICES, Office, Shelf
from tests.contract.simulator.server_oracle import ServerOracle
from tests.contract.simulator.tablet import Tablet, TabletCrash
from tests.contract.simulator.tablet_oracle import TabletOracle
from tests.contract.simulator.violation import require
from tests.contract.simulator.wire import Fault, Wire

from field178_mobile.replication.events import Event, Tick, Wake, WakeReason
from field178_mobile.store import Draft, MergedRecord
from field178_mobile.store.replication.mass_deletion_guard import answer_deletion_guard
from field178_shared.merge import Data, difference, equal, read_path
from field178_shared.wire.protocol import MAX_RECORDS

MOST_ROUNDS = 10
PATIENCE = 6
CRASH_WHILE_FILING = 0.1
SMALL_PAGE = 3
_REMEMBERED = 40
_UNANSWERED = "SELECT id FROM outbox WHERE state IN ('pending', 'sent')"


@dataclass(frozen=True)
class Options:
    """Options of a world; `disasters` None leaves them to the seed; actions in `often` are never absent.

    A `fault` strikes alone, in every world. An answer has at most `page` records; None leaves it to the seed.
    """

    steps: int = 45
    disasters: bool | None = None
    faults: bool = True
    wrong_clocks: bool = True
    often: tuple[str, ...] = ()
    fault: Fault | None = None
    page: int | None = None


@dataclass(frozen=True)
class Beginning:
    """A world that lies still: `folder` holds its tablets and its store."""

    folder: Path
    instant: datetime
    records: tuple[str, ...]
    sent: tuple[bytes, ...]


@dataclass
class Seat:
    """A tablet with its judge."""

    tablet: Tablet
    oracle: TabletOracle


class World:
    """Server, tablets and oracles of one seed. `trace` holds the last actions."""

    def __init__(self, shelf: Shelf, seed: int, options: Options, beginning: Beginning | None = None) -> None:
        self.seed = seed
        self.options = options
        self.rng = random.Random(f"world {seed}")
        self.clock = TrueClock()
        self.trace: deque[str] = deque(maxlen=_REMEMBERED)
        self.folder = shelf.folder / "tablets"
        shutil.rmtree(self.folder, ignore_errors=True)
        store = shelf.prepared
        if beginning is not None:
            self.clock.instant = beginning.instant
            shutil.copytree(beginning.folder, self.folder)
            store = self.folder / "store.sqlite"
        self.office = Office(shelf, store, self.clock, random.Random(f"office {seed}"))
        # In one world of three an answer holds a few records only.
        self.office.page = options.page or (SMALL_PAGE if seed % 3 == 0 else MAX_RECORDS)
        self.oracle = ServerOracle(shelf.window)
        self.wire = Wire(self.office, self.oracle, random.Random(f"wire {seed}"), self.note)
        self.wire.sent += beginning.sent if beginning is not None else ()
        self.seats = [self._seat(number, device) for number, device in enumerate(DEVICES)]
        self.records = list(beginning.records) if beginning is not None else []
        self.drafts_begun = 0
        self.backed_up: set[str] = set()
        self.restored = False
        self.struck = False
        self.has_compacted = False

    @property
    def is_calm(self) -> bool:
        """Return whether the connection had only faults that a plain exchange handles."""
        return not self.struck

    def note(self, line: str) -> None:
        """Append a line to the trace that a failing seed prints."""
        self.trace.append(line)
        self.wire.trace.update(line.encode())

    def close(self) -> None:
        for seat in self.seats:
            seat.tablet.shut()

    # ---- the tablets' side

    def talk(self, seat: Seat, event: Event | None) -> None:
        """Let a tablet exchange, or hear an answer that was on its way; it may crash in the middle."""
        tablet, before = seat.tablet, self.wire.exchanges
        was_waiting = tablet.is_waiting
        try:
            rested = tablet.talk(self.wire.carry, event)
            tablet.crash_in = None
        except TabletCrash as crash:
            self.note(f"  {tablet.name} crashed at {crash}")
            tablet.reboot(self._second_crash())
            rested = False
        self.evaluate(seat)
        seat.oracle.judge_kept(self.oracle.state)
        if not self.restored:
            seat.oracle.judge_acknowledged(self.oracle.state)
        if self.is_calm:
            self.oracle.judge_first_loads()
            repairs = self.wire.repairs_of_receipts
            require(repairs == 0, "I8", "receipts were compared without any disaster")
        fresh = self.wire.exchanges > before and not was_waiting
        if rested and fresh:
            seat.oracle.judge_green(self.oracle.state)

    def evaluate(self, seat: Seat) -> None:
        """Judge a tablet in whatever state it is."""
        # What was answered for and went with a purged record was let go rightly.
        seat.oracle.let_go(self.oracle.purges.changes_of_purged())
        is_even = self.is_calm and not self.has_compacted
        seat.oracle.evaluate(is_even=is_even, backed_up=self.backed_up)

    def sync(self, seat: Seat, reason: WakeReason = WakeReason.USER) -> None:
        """Wake a tablet's sync."""
        self.talk(seat, Wake(reason))

    def answer(self, seat: Seat, *, allow: bool) -> None:
        """Let a tablet's user answer what the brake asks."""
        self.note(f"{seat.tablet.name} is asked and {'lets go' if allow else 'keeps'}")
        if allow:
            seat.oracle.allowed()
        seat.tablet.store.read(lambda context: answer_deletion_guard(context, allow=allow))

    def file(self, seat: Seat, draft: Draft, user: str) -> str | None:
        """File a draft; after a crash the draft or the change is there, whatever the moment."""
        tablet, before = seat.tablet, seat.oracle.held()
        tablet.store.drafts.save(draft)
        if self.rng.random() < CRASH_WHILE_FILING and self.wire.allowed:
            tablet.crash_in = self.rng.randint(1, 6)
        try:
            change_id = tablet.store.file(draft, user)
            tablet.crash_in = None
        except TabletCrash as crash:
            self.note(f"  {tablet.name} crashed at {crash} while filing")
            tablet.reboot(self._second_crash())
            return self._found_after_crash(seat, draft, before)
        if change_id is not None:
            seat.oracle.filed(change_id)
        self._judge_word(seat, draft, is_filed=change_id is not None)
        return change_id

    def _judge_word(self, seat: Seat, draft: Draft, *, is_filed: bool) -> None:
        """Check that a submitted draft contains all changes of the user and shows them."""
        drafted = _said(draft)
        require(is_filed or not drafted, "I1", f"{seat.tablet.name} filed nothing of {sorted(drafted)}")
        view = seat.tablet.store.view(draft.record_id)
        for path, value in drafted.items() if view is not None else ():
            shown = equal(read_path(view.data, path), value)
            require(shown, "I9", f"{seat.tablet.name} filed {path} of {draft.record_id} and does not show it")

    def _found_after_crash(self, seat: Seat, draft: Draft, before: set[str]) -> str | None:
        """Check the files after a crash while submitting: they contain the change or still the draft."""
        filed_ids = sorted(seat.oracle.held() - before)
        for change_id in filed_ids:
            seat.oracle.filed(change_id)
        kept = bool(filed_ids) or seat.tablet.store.drafts.get(draft.id) is not None
        require(kept or not _said(draft), "I11", f"a crash took draft {draft.id} and filed nothing")
        return filed_ids[0] if filed_ids else None

    def _second_crash(self) -> int | None:
        return self.rng.choice((None, None, 1, 2))

    def visible(self, seat: Seat) -> list[MergedRecord]:
        """Return the live records a tablet shows, in the order of their making."""
        views = [seat.tablet.store.view(record_id) for record_id in self.records]
        return [view for view in views if view is not None and not view.deleted]

    # ---- the end

    def heal(self) -> None:
        """No more faults; answers on their way arrive."""
        self.note("heal")
        self.wire.allowed, self.wire.rate = (), 0.0
        self.office.crash_at = None
        for seat in self.seats:
            seat.tablet.crash_in = None
            if seat.tablet.is_waiting:
                self.talk(seat, None)

    def bear_poison(self) -> None:
        """Judge that a change which makes the server fail delays no other; then the server is mended."""
        if not self.wire.poison:
            return
        # The user's wake first: it retries changes that a server error had set aside.
        for event in (Wake(WakeReason.USER), *[Tick()] * PATIENCE):
            self.clock.pass_seconds(600)
            for seat in self.seats:
                self.talk(seat, event)
            if not any(self._delayed(seat) for seat in self.seats):
                break
        for seat in self.seats:
            delayed = self._delayed(seat)
            require(not delayed, "I14", f"{seat.tablet.name}: {sorted(delayed)} wait behind a bad change")
        self.wire.poison.clear()

    def _delayed(self, seat: Seat) -> set[str]:
        return {row[0] for row in seat.tablet.rows(_UNANSWERED)} - self.wire.poison

    def quiesce(self) -> int:
        """Let everybody exchange until nobody has anything left; return the rounds it took."""
        for number in range(MOST_ROUNDS + 1):
            self.clock.pass_seconds(60)
            before = self.oracle.state
            for seat in self.seats:
                self.sync(seat)
                if seat.tablet.rows("SELECT 1 FROM scope WHERE held > 0"):
                    self.answer(seat, allow=True)
            if before == self.oracle.state and all(self._rests(seat) for seat in self.seats):
                return number
        states = [seat.tablet.engine.state for seat in self.seats]
        require(False, "I5", f"no rest after {MOST_ROUNDS} rounds: {states}")
        raise AssertionError("unreachable")

    def judge_rest(self) -> None:
        """Judge everything once more, from the store's history up."""
        for seat in self.seats:
            seat.oracle.judge_rest(self.oracle.state)
        self.oracle.judge_history()
        self.oracle.judge_waiting()
        for seat in self.seats:
            if seat.tablet.device not in self.oracle.state.revoked:
                self.sync(seat)
                agreed = self.wire.last_frames[0].get("agreed", False)
                require(agreed, "I5", f"{seat.tablet.name} has nothing to say and is not agreed with")
        # Last: it restarts the tablets, and they lose their state in memory.
        self.oracle.purges.judge_rest([seat.tablet for seat in self.seats])

    def _rests(self, seat: Seat) -> bool:
        if seat.tablet.rows(_UNANSWERED):
            return False
        return seat.tablet.device in self.oracle.state.revoked or seat.tablet.store.status().in_sync

    def _seat(self, number: int, device: str) -> Seat:
        rng = random.Random(f"tablet {number} {self.seed}")
        tablet = Tablet(f"T{number}", device, self.folder / f"t{number}", self.clock, rng)
        tablet.told_scopes = self.oracle.state.scopes_of(device)
        return Seat(tablet, TabletOracle(tablet, self.oracle.state))


def _said(draft: Draft) -> Data:
    """Return what the user changed, by path."""
    return difference(draft.seen or {}, draft.data)[0]
