"""Processes killed at each named boundary and each statement of a write: `python -m … SEED CRASHES FOLDER`.

Run as a process of its own, because it forks: the child does the work and dies by SIGKILL, the parent opens
what it left. Prints one line of JSON with what was met.
"""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

from tests.contract.power_cuts.life import EMPTY, Work, saved_in
from tests.contract.soundness import assert_sound
from tests.engine_events import listen
from tests.mobile.support import KEY, FrozenClock
from tests.server.replication.push.grouped_pushes import pushed_in_one_group
from tests.world import Json, World

from field178_mobile.store import Store
from field178_mobile.store.database.connection import open_connection
from field178_mobile.store.database.driver import Connection
from field178_mobile.store.integrity import open_store
from field178_mobile.store.integrity.open_store import JOURNAL
from field178_mobile.store.integrity.rebuild import is_sound
from field178_mobile.store.outbox.journal import Journal
from field178_server.database import migrations
from field178_server.database.engine import create_engine_for
from field178_server.database.models import ChangeHistory, Record, StoredReceipt
from field178_shared.ids import IdSource

STEPS = 10
# Tablets whose pushes are stored together.
GROUPED = 3
CRASHES_A_LIFE = 10
_AFTER_ANY = 60


class Killer:
    """Counts what comes by and ends the process, tidying nothing up, at the chosen one."""

    def __init__(self, at: int, counts_statements: bool) -> None:
        self._left, self._counts_statements = at, counts_statements
        self.seen: Counter[str] = Counter()

    def point(self, name: str) -> None:
        self.seen[name] += 1
        self._pass(is_statement=False)

    def statement(self, *_: object) -> None:
        self._pass(is_statement=True)

    def _pass(self, *, is_statement: bool) -> None:
        if is_statement is self._counts_statements:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[Callable[[object], None]], None]) -> list[object]:
    """Run a function in a forked process and return the values that it sent before it ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            work(lambda value: _say(pipe.write, value))
        os._exit(0)
    os.close(writing)
    values = []
    with os.fdopen(reading, "rb") as pipe:
        while head := pipe.read(4):
            values.append(pickle.loads(pipe.read(int.from_bytes(head, "big"))))
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), f"the child ended with {status}"
    return values


def _say(write: Callable[[bytes], object], value: object) -> None:
    body = pickle.dumps(value)
    write(len(body).to_bytes(4, "big") + body)


class CrashingTablet:
    """One seeded tablet, lived once whole and then again and again with a crash in it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._seed = folder, seed
        self._rng = random.Random(f"crash {seed}")
        self.points: set[str] = set()
        whole = in_child(lambda say: self._live(say, Killer(0, counts_statements=False)))
        self._states = [EMPTY, *whole[:-1]]
        self.points |= whole[-1]

    def crash(self) -> bool:
        """Crash the process once and check the store; False if the crash came after the last step."""
        killer = Killer(self._rng.randrange(1, _AFTER_ANY), counts_statements=self._rng.random() < 0.5)
        messages = in_child(lambda say: self._live(say, killer))
        if len(messages) > STEPS:
            return False
        allowed = self._states[len(messages) : len(messages) + 2]
        clock = FrozenClock()
        store = Store(self._folder, clock, IdSource(clock, random.Random(0)))
        store.unlock(KEY)
        saved = saved_in(store)
        assert not store.was_rebuilt, "a crash was taken for damage"
        assert store.read(lambda context: is_sound(context.connection))
        store.close()
        assert any(saved.is_whole(promised) for promised in allowed), (
            f"seed {self._seed}: {len(messages)} steps"
        )
        journal = Journal(self._folder / JOURNAL)
        assert saved.changes.keys() <= {frame.change_id for frame in journal.frames()}
        journal.close()
        return True

    def _live(self, say: Callable[[object], None], killer: Killer) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        clock = FrozenClock()
        ids = IdSource(clock, random.Random(self._seed))

        def opened(path: Path) -> Connection:
            connection = open_connection(path)
            connection.set_trace_callback(killer.statement)
            return connection

        with patch.object(open_store, "open_connection", opened):
            store = Store(self._folder, clock, ids, failpoint=killer.point)
            store.unlock(KEY)
        work = Work(store, clock, random.Random(self._seed))
        for _ in range(STEPS):
            work.step()
            say(saved_in(store))
        say(set(killer.seen))


class CrashingServer:
    """One store that lives through crash after crash."""

    def __init__(self, folder: Path) -> None:
        engine = create_engine_for(f"sqlite:///{folder / 'server.sqlite'}")
        migrations.upgrade(engine)
        self._world = World(engine)
        self._tablet = self._world.tablet()
        self._record = self._tablet.created()
        self._tablet.pull()
        self._others = [self._world.tablet() for _ in range(GROUPED - 1)]
        self.points: set[str] = set()
        self.groups = 0

    def crash(self, rng: random.Random) -> bool:
        """Crash a push, or a group of pushes, once; False when the crash came too late."""
        return self._crash_group(rng) if rng.random() < 0.3 else self._crash_push(rng)

    def _crash_group(self, rng: random.Random) -> bool:
        """Crash while the pushes of several tablets are stored together: all are there, or none."""
        tablets = (self._tablet, *self._others)
        changes = [tablet.create() for tablet in tablets]
        works = [partial(tablet.push, change) for tablet, change in zip(tablets, changes, strict=True)]
        before = self._counts()
        killer = Killer(rng.randrange(1, 40), counts_statements=rng.random() < 0.8)
        self._world.engine.dispose()
        messages = in_child(lambda say: self._run(say, lambda: self._push_together(works), killer))
        grown = [after - earlier for after, earlier in zip(self._counts(), before, strict=True)]
        assert grown in ([0, 0, 0], [GROUPED, GROUPED, GROUPED]), f"half a group is stored: {grown}"
        assert not messages or grown[0] == GROUPED, "an answer without the data"
        for tablet, change in zip(tablets, changes, strict=True):
            assert tablet.push(change)[0]["status"] == "applied"
        assert self._counts() == [number + GROUPED for number in before]
        self.groups += not messages
        return not messages

    def _push_together(self, works: list[Callable[[], list[Json]]]) -> None:
        for answer in pushed_in_one_group(self._world, works):
            assert answer[0]["status"] == "applied"

    def _crash_push(self, rng: random.Random) -> bool:
        """Push with a crash in it, judge, push again; False when the crash came too late."""
        world, tablet = self._world, self._tablet
        changes = [tablet.create(), tablet.change(self._record, {f"later_{tablet.n}": 1})]
        before = self._counts()
        killer = Killer(rng.randrange(1, 24), counts_statements=rng.random() < 0.8)
        if rng.random() < 0.2:
            killer = Killer(rng.randrange(1, 5), counts_statements=False)
        world.engine.dispose()
        messages = in_child(lambda say: self._run(say, lambda: tablet.push(*changes), killer))
        grown = [after - earlier for after, earlier in zip(self._counts(), before, strict=True)]
        assert grown in ([0, 0, 0], [1, 2, 2]), f"half a request is stored: {grown}"
        assert not messages or grown == [1, 2, 2], "an answer without the data"
        receipts = tablet.push(*changes)
        assert self._counts() == [number + more for number, more in zip(before, (1, 2, 2), strict=True)]
        assert tablet.push(*changes) == receipts, "a repeated request has another answer"
        tablet.pull()
        if messages:
            self.points |= messages[0]
        return not messages

    def evaluate(self) -> None:
        assert_sound(self._world)
        self._world.engine.dispose()

    def _run(self, say: Callable[[object], None], work: Callable[[], object], killer: Killer) -> None:
        listen(self._world.engine, "before_cursor_execute", killer.statement)
        self._world.exchange = replace(self._world.exchange, failpoint=killer.point)
        work()
        say(set(killer.seen))

    def _counts(self) -> list[int]:
        return [len(self._world.rows(model)) for model in (Record, StoredReceipt, ChangeHistory)]


def main(first: int, crashes: int, folder: Path) -> None:
    """Crash so often: two of three times a tablet, else the server."""
    tablets = servers = 0
    points: set[str] = set()
    seed = first
    while tablets < crashes * 2 // 3:
        tablet = CrashingTablet(folder / "tablet", seed)
        tablets += sum(tablet.crash() for _ in range(min(CRASHES_A_LIFE, crashes * 2 // 3 - tablets)))
        points |= tablet.points
        seed += 1
    server, rng = CrashingServer(folder), random.Random(f"server crash {first}")
    while servers < crashes - tablets:
        servers += server.crash(rng)
    server.evaluate()
    print(
        json.dumps(
            {
                "tablet": tablets,
                "server": servers,
                "seeds": f"crash {first} to crash {seed - 1}",
                "tablet_points": sorted(points),
                "server_points": sorted(server.points),
                "groups": server.groups,
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
