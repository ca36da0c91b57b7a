"""Drives the real engine and store against the model server, with faults where a test wants them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.mobile.replication.model_server import ModelServer
from tests.mobile.support import UNIT, USER, FrozenClock, draft_of, seeded_ids

from field178_mobile.replication.engine import SyncEngine, World
from field178_mobile.replication.events import (
    AnswerEnded,
    AnswerLine,
    DeviceSessionOpened,
    Effect,
    Event,
    Failure,
    FailureKind,
    HangUp,
    OpenDeviceSession,
    Send,
    SendAhead,
    StateChanged,
    SyncState,
    Wait,
    Wake,
    WakeReason,
)
from field178_mobile.replication.request import Identity
from field178_mobile.store import Store
from field178_mobile.store.replica.server_records import get_server_record
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.wire.protocol import receipt_scope

RECEIPTS = receipt_scope("device")
Fault = Callable[[ModelServer, dict], list[bytes] | Failure]


def record(number: int) -> str:
    return f"0197aaaa-0000-7000-8000-{number:012d}"


def honest(server: ModelServer, request: dict) -> list[bytes] | Failure:
    return server.answer(request)


def lost_answer(server: ModelServer, request: dict) -> list[bytes] | Failure:
    server.answer(request)
    return Failure(FailureKind.NO_NETWORK)


def failing(kind: FailureKind, **details: Any) -> Fault:
    return lambda server, request: Failure(kind, **details)


def cut_after(lines: int) -> Fault:
    return lambda server, request: server.answer(request)[:lines]


class Tablet:
    """One tablet with its line to the server; `faults` are used up one a request."""

    def __init__(
        self, store: Store, clock: FrozenClock, server: ModelServer | None = None, device: str = "device"
    ) -> None:
        self.store, self.clock = store, clock
        self.server = server or ModelServer("ref", UNIT)
        ids = seeded_ids(clock, 99 + len(device))
        self.sync_store = SyncStore(store)
        world = World(clock, random.Random(5), ids.random, lambda: self.seconds)
        self.seconds = 0.0
        self.engine = SyncEngine(self.sync_store, Identity(device, "1.0.0"), world)
        self.faults: list[Fault] = []
        self.waits: list[float] = []
        self.bodies: list[bytes] = []
        # Answers to requests posted ahead, by body; those that were used.
        self.ahead: dict[bytes, list[Event]] = {}
        self.used_ahead = 0
        self.states: list[SyncState] = []

    def sync(self, reason: WakeReason = WakeReason.USER) -> None:
        """Run until the engine waits."""
        events: list[Event] = [Wake(reason)]
        while events:
            for effect in self.engine.step(events.pop(0)):
                if isinstance(effect, HangUp):
                    events.clear()
                events.extend(self._perform(effect))

    def _perform(self, effect: Effect) -> list[Event]:
        match effect:
            case OpenDeviceSession():
                return [DeviceSessionOpened()]
            case Send(body):
                self.bodies.append(body)
                return self._answer(body)
            case SendAhead(body):
                self.ahead = {body: list(self._exchange(json.loads(body)))}
            case StateChanged(state):
                self.states.append(state)
            case Wait(seconds):
                self.waits.append(seconds)
        return []

    def file(self, number: int, **data: object) -> str | None:
        draft = draft_of(self.store, record(number), self.clock.now(), **data)
        return self.store.file(draft, USER)

    def data(self, number: int) -> dict | None:
        view = self.store.view(record(number))
        return None if view is None else view.data

    def mismatches(self) -> int:
        query = "SELECT value FROM meta WHERE key = 'mismatches'"
        row = self.store.read(lambda context: context.connection.execute(query).fetchone())
        return 0 if row is None else int(row[0])

    def agrees(self) -> bool:
        """Tell whether the base here equals the server for every granted scope, record by record."""
        server = {r.id: (r.rev, r.data) for r in self.server.world.records.values() if not r.deleted}
        granted = {r.id for r in self.server.world.records.values() if r.scope in self.server.granted}
        rows = self.store.read(
            lambda context: context.connection.execute("SELECT id FROM base WHERE deleted = 0").fetchall()
        )
        here = {}
        for (record_id,) in rows:
            row = self.sync_store.read(get_server_record, record_id)
            assert row is not None
            here[record_id] = (row.rev, row.data)
        return here == {key: value for key, value in server.items() if key in granted}

    def _answer(self, body: bytes) -> list[Event]:
        """Return the answer posted ahead, made before the last rows were committed, or a new one."""
        ahead, self.ahead = self.ahead, {}
        if body in ahead:
            self.used_ahead += 1
            return ahead[body]
        return list(self._exchange(json.loads(body)))

    def _exchange(self, request: dict) -> Iterator[Event]:
        fault = self.faults.pop(0) if self.faults else honest
        answer = fault(self.server, request)
        if isinstance(answer, Failure):
            return iter([answer])
        return iter([*(AnswerLine(line) for line in answer), AnswerEnded()])
