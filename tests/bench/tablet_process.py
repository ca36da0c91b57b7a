"""The process of one tablet: told on its input what it is, it syncs once and prints what that cost."""

from __future__ import annotations

import importlib
import json
import os
import random
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.bench.processes import forget_peak_memory, peak_memory_mb

if TYPE_CHECKING:
    from field178_mobile.replication.runner import SyncRunner
    from field178_mobile.store import Store

_KEY = bytes(range(32))
# Stage and the place of its function; nested calls count for the inner stage.
_STAGES = (
    ("inflate", "field178_shared.wire.content_coding", "StreamReader.feed"),
    ("read a line", "field178_mobile.replication.answer", "AnswerReader.feed"),
    ("apply", "field178_mobile.store.replication.apply_answer", "commit_checkpoint"),
    ("seal", "field178_mobile.store.database.encryption", "Sealer.seal"),
    ("refresh the lists", "field178_mobile.store.replica.cache", "ReplicaCache.touch"),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """An enrolled tablet whose store is closed.

    `reads_whole`: an answer is here before it is read, so that a server at work on the same core does not
    make each line dearer. `is_staged`: time its stages, which costs time itself.
    """

    folder: str
    url: str
    device: str
    device_key: str
    receipt_key: str
    has_msgspec: bool
    reads_whole: bool
    is_staged: bool


@dataclass(frozen=True, slots=True)
class Spent:
    """What the first sync cost; memory is the most it held above what it held before."""

    wall_s: float
    cpu_s: float
    idle_mb: float
    memory_mb: float
    records: int
    stages: dict[str, float] = field(default_factory=dict)


class Stages:
    """CPU seconds of each stage, without the stages that it calls, on every thread."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner = 0.0

    def timed(self, name: str, original: Callable[..., object]) -> Callable[..., object]:
        """Return the function, timed; while a stage works on another thread, its caller waits for it."""

        @wraps(original)
        def wrapped(*args: object, **named: object) -> object:
            outside, self._inner = self._inner, 0.0
            began = time.process_time()
            try:
                return original(*args, **named)
            finally:
                took = time.process_time() - began
                self.seconds[name] = self.seconds.get(name, 0.0) + took - self._inner
                self._inner = outside + took

        return wrapped


def main() -> None:
    """Sync a tablet once and print the cost."""
    subject = Subject(**json.load(sys.stdin))
    if not subject.has_msgspec:
        sys.modules["msgspec"] = None  # type: ignore[assignment]
    store, runner = _opened(subject)
    stages = Stages()
    with ExitStack() as stack:
        for watched in _watched(stages) if subject.is_staged else ():
            stack.enter_context(watched)
        spent = _synced(store, runner)
    stages.seconds["the rest"] = spent.cpu_s - sum(stages.seconds.values())
    store.close()
    print(json.dumps({**asdict(spent), "stages": stages.seconds}))


def _opened(subject: Subject) -> tuple[Store, SyncRunner]:
    # Late, as all of the product here: whether msgspec is there is looked at when it is imported.
    from field178_mobile.replication.engine import SyncEngine, World
    from field178_mobile.replication.request import Identity
    from field178_mobile.replication.runner import SyncRunner
    from field178_mobile.replication.transport import HttpTransport
    from field178_mobile.store import Store
    from field178_mobile.store.replication.sync_store import SyncStore
    from field178_mobile.vault.model import Enrolment, TabletOfficer
    from field178_shared.ids import IdSource
    from field178_shared.time.clock import SystemClock

    clock = SystemClock()
    ids = IdSource(clock)
    store = Store(Path(subject.folder), clock, ids)
    store.unlock(_KEY)
    nobody = TabletOfficer("", "")
    enrolment = Enrolment(subject.url, subject.device, "", subject.receipt_key, "", nobody)
    identity = Identity(subject.device, "bench", enrolment=enrolment)
    world = World(clock, random.SystemRandom(), ids.random, time.monotonic)
    engine = SyncEngine(SyncStore(store), identity, world)
    line = HttpTransport(subject.url, "", subject.device, bytes.fromhex(subject.device_key))
    if subject.reads_whole:
        exchange = line.exchange
        line.exchange = lambda body: iter(list(exchange(body)))  # type: ignore[method-assign]
    return store, SyncRunner(engine, line)


def _synced(store: Store, runner: SyncRunner) -> Spent:
    from field178_mobile.replication.events import SyncMessage, Wake, WakeReason

    pid = os.getpid()
    forget_peak_memory(pid)
    idle, began, started = peak_memory_mb(pid), time.process_time(), time.perf_counter()
    runner.drive(Wake(WakeReason.USER))
    cpu, peak, wall = time.process_time() - began, peak_memory_mb(pid), time.perf_counter() - started
    assert runner.state().message is SyncMessage.IN_SYNC, runner.state()
    count = "SELECT count(*) FROM base"
    [[records]] = store.read(lambda context: context.connection.execute(count).fetchall())
    return Spent(wall, cpu, idle, peak - idle, records)


def _watched(stages: Stages) -> list[AbstractContextManager[object]]:
    """Return a patch for each stage."""
    patches = []
    for name, module, path in _STAGES:
        owner: object = importlib.import_module(module)
        *way, attribute = path.split(".")
        for part in way:
            owner = getattr(owner, part)
        patches.append(patch.object(owner, attribute, stages.timed(name, getattr(owner, attribute))))
    return patches


if __name__ == "__main__":
    main()
