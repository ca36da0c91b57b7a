"""U: pushes for minutes beside totals that are counted and that are not, and a first start after an upgrade.

python -m tests.bench.stale_totals [FOLDER [fresh|stale|upgrade …]]: on copies of a filled store.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests
from sqlalchemy import update
from tests.bench import office_store
from tests.bench.figures import figure, percentile
from tests.bench.load import Rush, driven
from tests.bench.office import PASSWORD, add_teams, pid_of
from tests.bench.processes import children_of, cpu_seconds, forget_peak_memory, memory_mb, peak_memory_mb
from tests.bench.rows import say_counted
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess
from tests.server.office_scene import settings_of

from field178_server.database.engine import create_engine_for
from field178_server.database.models import IndicatorBasis
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.indicators.totals.reading import available_whole_counts
from field178_shared.codelists import load
from field178_shared.indicators.periods import Period
from field178_shared.time.clock import SystemClock, local_date

RUSH = Rush(rate=15, seconds=180, records=2)
TRICKLE = Rush(rate=1, seconds=15, records=1)
SERVER_MB = 200
TENANT = "main"
TABLETS = 16
LEADER = "lanh-dao"
_LOOK_S, _ASK_S, _MOST_S = 0.5, 5.0, 3_600.0


def main(folder: str = "", *parts: str) -> None:
    """Measure each part on a store of its own."""
    with tempfile.TemporaryDirectory() as made:
        filled = Path(folder or made)
        if not folder:
            office_store.stock(filled)
        for part in parts or _PARTS:
            with tempfile.TemporaryDirectory() as copy:
                store = Path(copy) / "store"
                shutil.copytree(filled, store)
                _PARTS[part](store)


def fresh(store: Path) -> None:
    """Measure a rush beside totals that are counted."""
    with _watched(store, is_counted=True) as watch:
        _tell("fresh", driven(watch.tablets, RUSH).waits, watch)


def stale(store: Path) -> None:
    """Measure the push requests of a rush from the first minute in which a server has no totals."""
    with _watched(store, is_counted=False) as watch:
        _tell("stale", driven(watch.tablets, RUSH).waits, watch)


def upgrade(store: Path) -> None:
    """Measure a first start with totals of another basis, and one push a second until figures are there."""
    with _watched(store, is_counted=False) as watch:
        began, waits = time.perf_counter(), list[float]()
        while not _is_counted(store) and time.perf_counter() - began < _MOST_S:
            waits += driven(watch.tablets[:1], TRICKLE).waits
        figure("U", "upgrade: until the figures are there", time.perf_counter() - began, "s")
        _tell("upgrade", waits, watch)


_PARTS = {"fresh": fresh, "stale": stale, "upgrade": upgrade}


@dataclass
class _Watch:
    """What a server and the process that settles take, and how long a leader waits for Today."""

    server: ServerProcess
    tablets: list[ForeignClient] = field(default_factory=list)
    today: list[float] = field(default_factory=list)
    settling_mb: float = 0.0
    settling_cpu: dict[int, float] = field(default_factory=dict)
    is_over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Look at the processes until it is over."""
        pid = pid_of(self.server)
        while not self.is_over.wait(_LOOK_S):
            for child in children_of(pid):
                # It may have ended since.
                with suppress(OSError, AssertionError):
                    self.settling_mb = max(self.settling_mb, memory_mb(child))
                    self.settling_cpu[child] = cpu_seconds(child)

    def ask(self) -> None:
        """Read the page "Today" of a leader until the bench is over."""
        session = requests.Session()
        session.trust_env = False
        signed = session.post(f"{self.server.url}/sign-in", data={"login": LEADER, "password": PASSWORD})
        assert signed.ok
        while not self.is_over.wait(_ASK_S):
            began = time.perf_counter()
            assert session.get(self.server.url, timeout=600).ok
            self.today.append(time.perf_counter() - began)


@contextmanager
def _watched(store: Path, *, is_counted: bool) -> Iterator[_Watch]:
    server = ServerProcess(store)
    # It settles what is stale.
    server.command("tidy")
    _say(store, is_counted=is_counted)
    options = ("--role", "leader_viewer")
    server.command("user", "add", LEADER, *options, stdin=f"{PASSWORD}\n")
    server.start()
    watch = _Watch(server)
    threads = [threading.Thread(target=work) for work in (watch.look, watch.ask)]
    try:
        watch.tablets = add_teams(server, TABLETS)
        forget_peak_memory(pid_of(server))
        for thread in threads:
            thread.start()
        yield watch
    finally:
        watch.is_over.set()
        for thread in threads:
            if thread.is_alive():
                thread.join()
        server.stop()


def _tell(name: str, waits_s: list[float], watch: _Watch) -> None:
    waits, pid = [wait * 1000 for wait in waits_s], pid_of(watch.server)
    figure("U", f"{name}: push p50", percentile(waits, 0.5), "ms", of=len(waits))
    figure("U", f"{name}: push p99", percentile(waits, 0.99), "ms", slowest=max(waits))
    figure("U", f"{name}: server memory", peak_memory_mb(pid), "MB", SERVER_MB)
    figure("U", f"{name}: settling", watch.settling_mb, "MB", cpu=sum(watch.settling_cpu.values()))
    if watch.today:
        today = [seconds * 1000 for seconds in watch.today]
        figure("U", f"{name}: Today, the slowest", max(today), "ms", p50=percentile(today, 0.5))


def _say(store: Path, *, is_counted: bool) -> None:
    """Say that totals are settled, or that they are of another release."""
    engine = create_engine_for(settings_of(store).effective_database_url)
    if is_counted:
        run_write(engine, lambda session: say_counted(session, TENANT))
    else:
        other = update(IndicatorBasis).values(basis="of another release")
        run_write(engine, lambda session: session.execute(other))
    engine.dispose()


def _is_counted(store: Path) -> bool:
    engine = create_engine_for(settings_of(store).effective_database_url)
    with snapshot(engine) as session:
        today = local_date(SystemClock().now())
        counts = available_whole_counts(session, TENANT, load(), Period.of_year(today.year), (), today)
    engine.dispose()
    return counts is not None


if __name__ == "__main__":
    main(*sys.argv[1:])
