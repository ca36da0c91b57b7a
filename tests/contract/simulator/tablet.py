"""One real tablet: the store on its files, the engine without I/O, and a process that may end anywhere."""

from __future__ import annotations

import json
import random
import shutil
from collections import deque
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar
from unittest.mock import patch

from tests.contract.simulator.clocks import TrueClock, WrongClock
from tests.contract.simulator.violation import require

from field178_mobile.replication.engine import SyncEngine, World
from field178_mobile.replication.events import AnswerLine as LineOf
from field178_mobile.replication.events import (
    DeviceSessionOpened,
    Effect,
    Event,
    HangUp,
    OpenDeviceSession,
    Send,
    SendAhead,
    Wait,
    Wake,
    WakeReason,
)
from field178_mobile.replication.request import Identity
from field178_mobile.store import Draft, Store
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.model import MergedRecord
from field178_mobile.store.outbox.changes import OwnChange, get_change
from field178_mobile.store.outbox.submit import Content
from field178_mobile.store.replica.server_records import _COLUMNS as base_columns
from field178_mobile.store.replica.server_records import ScopeCursor, ServerRecord, scope_rows
from field178_mobile.store.replica.server_records import _from_row as unsealed_base
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.ids import IdSource
from field178_shared.wire.canonical import short_hash
from field178_shared.wire.protocol import Op

KEY = bytes(range(32))
# Far more than any honest conversation takes: an engine that never rests is a defect too.
LONGEST_CONVERSATION = 80

_HELLO = b'{"frame":"hello"'
_SALVAGED = b'{"frame":"salvaged"'

_OWN = (
    "SELECT id, ordinal, record_id, is_create, state, status, reason, rev, seq, receipt_scope, replaced_by "
    "FROM outbox ORDER BY ordinal"
)

Result = TypeVar("Result")
Carry = Callable[["Tablet", bytes], list[Event] | None]


class SameThread:
    """The store's thread in a world of one thread: handing over would cost more than the work."""

    is_current = True

    def call(self, work: Callable[[], Result]) -> Result:
        return work()

    def stop(self) -> None:
        """Nothing runs."""


class TabletCrash(BaseException):
    """The tablet's process ends here; nothing may catch it and tidy up."""


class OwnRow(NamedTuple):
    """One held change as the database tells it without being unsealed."""

    id: str
    ordinal: int
    record_id: str
    is_create: int
    state: str
    status: str | None
    reason: str | None
    rev: int
    seq: int | None
    receipt_scope: str | None
    replaced_by: str | None


class Tablet:
    """A tablet and its user. After a crash it is started again from its files."""

    def __init__(self, name: str, device: str, folder: Path, true: TrueClock, rng: random.Random) -> None:
        self.name, self.device, self.folder = name, device, folder
        self.clock, self._true = WrongClock(true), true
        self._rng = rng
        self._ids = IdSource(self.clock, rng)
        self.crash_in: int | None = None
        self.crash_points: set[str] = set()
        self.waiting: deque[Event] = deque()
        # The request posted ahead with its answer; no answer: it is on its way.
        self.ahead: tuple[bytes, list[Event] | None, list[Event]] | None = None
        self.starts = 0
        self.sent = 0
        self.told_scopes: frozenset[str] = frozenset()
        self.told_throughout: frozenset[str] = frozenset()
        self.told_salvaged: set[str] = set()
        self._paths: dict[str, Collection[str]] = {}
        self._unsealed: dict[tuple, ServerRecord] = {}
        self.on_start: Callable[[Tablet], None] = lambda tablet: None
        self.boot()

    def boot(self) -> None:
        """Start the program, as often as it takes: a crash may hit the start itself."""
        while True:
            self.starts += 1
            self.waiting.clear()
            self.ahead = None
            with patch("field178_mobile.store.lockable_store.DatabaseThread", SameThread):
                self.store = Store(self.folder, self.clock, self._ids, failpoint=self._pass)
            try:
                self.store.unlock(KEY)
                break
            except TabletCrash:
                self.store.close()
        self.sync_store = SyncStore(self.store)
        world = World(self.clock, self._rng, self._ids.random, self._seconds)
        self.engine = SyncEngine(self.sync_store, Identity(self.device, "1.0.0"), world)
        self.on_start(self)

    def reboot(self, crash_in: int | None = None) -> None:
        """End the program, start it again; the start itself may be hit too."""
        self.store.close()
        self.crash_in = crash_in
        self.boot()
        self.crash_in = None

    def shut(self) -> None:
        """End the program."""
        self.store.close()

    @property
    def is_waiting(self) -> bool:
        """Tell whether an answer is on its way."""
        return bool(self.waiting)

    def talk(self, line: Carry, event: Event | None = None) -> bool:
        """Run the engine until it rests; false when an answer is still on its way."""
        events, self.waiting = self.waiting, deque()
        if event is not None:
            events.append(event)
        self.sent = 0
        while events:
            event = events.popleft()
            self._overhear(event)
            for effect in self.engine.step(event):
                if isinstance(effect, HangUp | Wait):
                    events.clear()
                answer = self._perform(effect, line)
                if answer is None:
                    return False
                events.extend(answer)
        return True

    def _overhear(self, event: Event) -> None:
        if isinstance(event, LineOf) and event.data.startswith(_HELLO):
            self.told_scopes = frozenset(json.loads(event.data).get("scopes", self.told_scopes))
            self.told_throughout &= self.told_scopes
        if isinstance(event, LineOf) and event.data.startswith(_SALVAGED):
            self.told_salvaged.update(json.loads(event.data)["ids"])

    def _perform(self, effect: Effect, line: Carry) -> list[Event] | None:
        if isinstance(effect, OpenDeviceSession):
            return [DeviceSessionOpened()]
        if isinstance(effect, Send):
            self.sent += 1
            require(self.sent < LONGEST_CONVERSATION, "I5", "the engine does not come to rest")
            return self._hear(line, effect.body)
        if isinstance(effect, SendAhead):
            answer = line(self, effect.body)
            self.ahead = effect.body, answer, list(self.waiting)
            self.waiting.clear()
        return []

    def _hear(self, line: Carry, body: bytes) -> list[Event] | None:
        """Return the answer to a request; that to one posted ahead came before the last commit."""
        ahead, self.ahead = self.ahead, None
        if ahead is None or ahead[0] != body:
            return line(self, body)
        _, answer, waiting = ahead
        self.waiting.extend(waiting)
        return answer

    def sync(self, line: Carry, reason: WakeReason = WakeReason.USER) -> bool:
        """Let the engine run as if somebody had woken it."""
        return self.talk(line, Wake(reason))

    # ---- what the user does

    def begin(self, record_id: str, kind: str, scope: str) -> Draft:
        """Begin work on a record as it is shown now."""
        view = self.store.view(record_id)
        return Draft(
            id=self._ids.time_ordered(),
            type=kind,
            record_id=record_id,
            scope=view.scope if view is not None else scope,
            data=dict(view.data) if view is not None else {},
            seen=view.data if view is not None else None,
            base_rev=view.rev if view is not None else 0,
            user="",
            saved_at=self.clock.now(),
        )

    def delete(self, view: MergedRecord, user: str) -> str:
        """Delete a record as shown."""
        content = Content(
            record_id=view.id,
            type=view.type,
            scope=view.scope,
            op=Op.DELETE,
            create=False,
            base_rev=view.rev,
            set={},
            was={"_h": short_hash(view.data)},
            long_was={},
        )
        return self.store.file_content(content, user)

    def new_id(self) -> str:
        return self._ids.time_ordered()

    # ---- what the oracle looks at

    @property
    def mark(self) -> tuple[int, int]:
        """What is another after every write: while it stays, so does everything in the database."""
        return self.starts, self._room().connection.total_changes

    def own_changes(self) -> dict[str, OwnRow]:
        """The held changes in the order of filing; nothing is unsealed for it."""
        return {row[0]: OwnRow._make(row) for row in self.rows(_OWN)}

    def change(self, change_id: str) -> OwnChange | None:
        return get_change(self._room(), change_id)

    def paths(self, change_id: str) -> Collection[str]:
        """The paths that a held change sets, unsealed once: what was filed never becomes another."""
        if change_id not in self._paths:
            change = self.change(change_id)
            assert change is not None
            self._paths[change_id] = tuple(change.set)
        return self._paths[change_id]

    def bases(self) -> dict[str, ServerRecord]:
        """Every row of the base; the same sealed bytes are unsealed once."""
        context, rows = self._room(), {}
        for row in self.rows(f"SELECT {base_columns} FROM base"):
            if row not in self._unsealed:
                self._unsealed[row] = unsealed_base(context, row)
            rows[row[0]] = self._unsealed[row]
        return rows

    def scopes(self) -> dict[str, ScopeCursor]:
        return scope_rows(self._room())

    def rows(self, query: str) -> list[tuple]:
        return self._room().connection.execute(query).fetchall()

    def meta(self) -> Mapping[str, str]:
        return dict(self.rows("SELECT key, value FROM meta"))

    def _room(self) -> DatabaseContext:
        return self.store._require().context

    # ---- copies of its files

    def copy_to(self, target: Path) -> None:
        """Copy the files away, as a system image does."""
        self.store.lock()
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.folder, target)
        self.reboot()

    def become(self, source: Path, device: str) -> None:
        """Go on from copied files: an older self, or another tablet's."""
        self.store.close()
        shutil.rmtree(self.folder)
        shutil.copytree(source, self.folder)
        self.device = device
        self.crash_in = None
        self.boot()

    def _seconds(self) -> float:
        return self._true.now().timestamp()

    def _pass(self, name: str) -> None:
        self.crash_points.add(name)
        if self.crash_in is None:
            return
        self.crash_in -= 1
        if self.crash_in <= 0:
            self.crash_in = None
            raise TabletCrash(name)
