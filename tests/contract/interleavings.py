"""Writers of one store stepped through every order of lock, stamp and commit, with a pull at every point.

A writer runs on a thread of its own and stops behind each of its steps. What a step waits for is not guessed
by time: the store is asked who waits for whom.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Engine
from tests.engine_events import listen, stop_listening
from tests.world import Json, Tablet, World

# What a writer has done when it stops: its records are locked; all is written and stamped; all is over.
STEPS = ("lock", "stamp", "commit")
_NEXT_LOOK_S = 0.002
_BLOCKERS = "SELECT unnest(pg_blocking_pids(%(pid)s))"

# Either writer first, both in turns, and one whose stamp is overtaken. `--long` plays every order.
FEW_ORDERS = ((0, 0, 0, 1, 1, 1), (1, 1, 1, 0, 0, 0), (1, 0, 1, 0, 1, 0), (0, 0, 1, 1, 1, 0))

Order = tuple[int, ...]
Work = Callable[[], list[Json]]


@dataclass(eq=False)
class Writer:
    """One connection's work, let go step by step."""

    name: int
    work: Work
    arrived: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    passed: set[str] = field(default_factory=set)
    backend: int = 0
    is_running: bool = False
    is_over: bool = False
    receipts: list[Json] = field(default_factory=list)
    error: BaseException | None = None

    def run(self) -> None:
        _writers.current = self
        self.go.acquire()
        try:
            self.receipts = self.work()
        except BaseException as error:  # noqa: BLE001  a thread edge: the driver raises it
            self.error = error
        finally:
            _writers.current = None
        self.arrived.put("over")

    def reach(self, step: str) -> None:
        """Stop behind a step, but only the first time: what runs again after a clash runs through."""
        if step not in self.passed:
            self.passed.add(step)
            self.arrived.put(step)
            self.go.acquire()


class _Writers(threading.local):
    current: Writer | None = None


_writers = _Writers()


@dataclass
class Stage:
    """Parts of an interleaving: world, writers and reader."""

    world: World
    writers: list[Writer]
    reader: Tablet
    spy: Connection | None
    readers: list[Tablet] = field(default_factory=list)
    committed: list[int] = field(default_factory=list)

    def play(self, order: Sequence[int]) -> None:
        """Let the writers take their steps in this order, and somebody pull before and after each.

        A step whose writer waits for another one is taken when that one has let go; then the rest follows.
        """
        # Each writer is a server process of its own: their pushes share no queue.
        self.world.exchange = replace(self.world.exchange, pushes=None)
        threads = [threading.Thread(target=writer.run, daemon=True) for writer in self.writers]
        for thread in threads:
            thread.start()
        try:
            self._look()
            for name in order:
                self._step(self.writers[name])
                self._look()
            while waiting := [writer for writer in self.writers if not writer.is_over]:
                free = [writer for writer in waiting if not writer.is_running]
                assert free, "every writer waits for another: a deadlock"
                self._step(free[0])
                self._look()
        finally:
            # Of a play that failed as well: a writer left standing would keep its connection for ever.
            for writer in self.writers:
                writer.go.release(len(STEPS))
            for thread in threads:
                thread.join()

    def _step(self, writer: Writer) -> None:
        if writer.is_running or writer.is_over:
            return
        writer.is_running = True
        writer.go.release()
        self._settle()

    def _settle(self) -> None:
        """Wait until each writer's thread has stopped or waits for a stopped one."""
        while moving := [writer for writer in self.writers if writer.is_running]:
            for writer in moving:
                self._hear(writer)
            still = [writer for writer in self.writers if not writer.is_running]
            while waiting := [
                writer for writer in moving if writer not in still and self._waits_for_any(writer, still)
            ]:
                still += waiting
            if len(still) == len(self.writers):
                return

    def _hear(self, writer: Writer) -> None:
        try:
            message = writer.arrived.get(timeout=_NEXT_LOOK_S)
        except queue.Empty:
            return
        writer.is_running = False
        if message == "over":
            writer.is_over = True
            self.committed.append(writer.name)
            if writer.error is not None:
                raise writer.error

    def _waits_for_any(self, writer: Writer, still: Sequence[Writer]) -> bool:
        others = [other for other in still if other is not writer and not other.is_over]
        if self.spy is None:
            # SQLite has one write transaction at a time: whoever is inside one keeps everybody out.
            return any(other.passed for other in others)
        blockers = set(self.spy.exec_driver_sql(_BLOCKERS, {"pid": writer.backend}).scalars())
        return any(other.backend in blockers for other in others)

    def _look(self) -> None:
        """Pull once with a reader of its own; it pulls again only when all is over."""
        held = {"cursors": dict(self.reader.cursors), "base": dict(self.reader.base)}
        self.readers.append(replace(self.reader, **held))
        self.readers[-1].pull()


@contextmanager
def stepping(engine: Engine) -> Iterator[Connection | None]:
    """Stop writers of this engine behind their steps; give a connection that sees who waits for whom."""

    def executing(connection: Connection, *_: Any) -> None:
        # Before the statement: it may be the first, and wait.
        if _writers.current is not None and engine.dialect.name != "sqlite":
            _writers.current.backend = connection.connection.driver_connection.info.backend_pid  # type: ignore

    def executed(connection: Connection, _: Any, statement: str, *__: Any) -> None:
        if statement.startswith(("SELECT record.", "SELECT blob.sha256, blob.size \nFROM")):
            _reach(connection, "lock")

    def committing(connection: Connection) -> None:
        _reach(connection, "stamp")

    heard = {"before_cursor_execute": executing, "after_cursor_execute": executed, "commit": committing}
    for name, listener in heard.items():
        listen(engine, name, listener)
    try:
        with _spying(engine) as spy:
            yield spy
    finally:
        for name, listener in heard.items():
            stop_listening(engine, name, listener)


@contextmanager
def _spying(engine: Engine) -> Iterator[Connection | None]:
    if engine.dialect.name == "sqlite":
        yield None
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def _reach(connection: Connection, step: str) -> None:
    options = connection.get_execution_options()
    is_reading = options.get("readonly") or options.get("postgresql_readonly")
    if _writers.current is not None and not is_reading:
        _writers.current.reach(step)


def orders(writers: int) -> Iterator[Order]:
    """Yield every order in which so many writers can take their three steps each."""

    def extend(begun: Order) -> Iterator[Order]:
        if len(begun) == writers * len(STEPS):
            yield begun
            return
        for writer in range(writers):
            if begun.count(writer) < len(STEPS):
                yield from extend((*begun, writer))

    return extend(())
