"""RT: round trips of an exchange to PostgreSQL, computed from the time that it waits for them.

A line in between delivers everything `DELAY_S` later, so that an exchange takes this long twice a round trip.
"""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections import deque
from contextlib import suppress

from tests import postgres, world
from tests.bench.engines import engines
from tests.bench.figures import figure
from tests.bench.records import record

from field178_server.database import migrations
from field178_server.database.engine import create_engine_for

DELAY_S = 0.02
ROUNDS = 5
CHANGES = 20
# Targets: an exchange without changes, and with a push, for which 12 more are allowed.
LIMITS = {0: 8, CHANGES: 20}
OFFICER = "01900000-0000-7000-8000-0000000000a1"


class DelayedLine:
    """A line to a local port; `delay_s` may change while connections are open."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.delay_s = 0.0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                for one_way in (_OneWay(self, client, server), _OneWay(self, server, client)):
                    one_way.start()

    def close(self) -> None:
        """Accept no further connection."""
        self._listener.close()


class _OneWay:
    """One direction of a connection: a thread that reads, a thread that delivers later."""

    def __init__(self, line: DelayedLine, source: socket.socket, target: socket.socket) -> None:
        self._line, self._source, self._target = line, source, target
        self._due: deque[tuple[float, bytes]] = deque()
        self._has_more = threading.Semaphore(0)

    def start(self) -> None:
        for work in (self._read, self._deliver):
            threading.Thread(target=work, daemon=True).start()

    def _read(self) -> None:
        data = b"-"
        while data:
            with suppress(OSError):
                data = self._source.recv(1 << 16)
            self._due.append((time.monotonic() + self._line.delay_s, data))
            self._has_more.release()

    def _deliver(self) -> None:
        with suppress(OSError):
            while self._has_more.acquire() and (due := self._due.popleft())[1]:
                time.sleep(max(0.0, due[0] - time.monotonic()))
                self._target.sendall(due[1])
            self._target.shutdown(socket.SHUT_WR)


def main() -> None:
    """Print the round trips of exchanges with and without new records."""
    for engine in engines():
        if engine.cluster is not None:
            _measure(engine.cluster)


def _measure(cluster: postgres.Cluster) -> None:
    url, line = cluster.new_database(), DelayedLine(cluster.port)
    direct = create_engine_for(url)
    migrations.upgrade(direct)
    direct.dispose()
    engine = create_engine_for(url.replace(f":{cluster.port}/", f":{line.port}/"))
    office = world.World(engine)
    tablet = office.tablet(world.UNIT, world.TEAM, "ref")
    tablet.pull()
    for changes in (0, CHANGES):
        times: dict[float, list[float]] = {0.0: [], DELAY_S: []}
        for number in range(ROUNDS + 2):
            for delay_s, spent in times.items():
                push = [_created(tablet, number * CHANGES + place) for place in range(changes)]
                line.delay_s, started = delay_s, time.perf_counter()
                frames = tablet.ask(push=push)
                spent.append(time.perf_counter() - started)
                line.delay_s = 0.0
                tablet.take(frames)
        # The first exchanges prepare their statements.
        waited = statistics.median(times[DELAY_S][2:]) - statistics.median(times[0.0][2:])
        name = f"exchange with {changes} new records" if changes else "exchange without changes"
        round_trips = waited / (2 * DELAY_S)
        figure("RT", f"{name}: round trips to PostgreSQL", round_trips, "round trips", LIMITS[changes])
    engine.dispose()
    line.close()


def _created(tablet: world.Tablet, number: int) -> object:
    type_, scope, data = record(number, world.TEAM, world.UNIT)
    return tablet.create(data, type=type_, scope=scope, user=OFFICER)


if __name__ == "__main__":
    main()
