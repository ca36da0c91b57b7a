"""Many real tablets write to one server at once; then what they believe is held beside what is stored."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.real_tablet import RealTablet, Receipts, enrolled
from tests.e2e.server_process import ServerProcess, running_server

from field178_mobile.replication.events import SyncMessage
from field178_server.database.engine import create_engine_for

_PASSWORD = "con-trau-gam-co-an-1\n"
_MOST_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Race:
    """So many tablets take so many turns each; before every `kill_every`-th turn of all the server dies."""

    writers: int
    turns: int
    kill_every: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """Result of a race."""

    changes: int
    conflicts: int
    kills: int


@contextmanager
def an_office(folder: Path, **environment: str) -> Iterator[ServerProcess]:
    """A server with one officer."""
    place = folder / "office"
    place.mkdir()
    with running_server(place, **environment) as server:
        server.command("user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin=_PASSWORD)
        yield server


def run_race(server: ServerProcess, folder: Path, race: Race) -> Result:
    """Run a race; AssertionError when a tablet believes anything else than what is stored."""
    tablets = [enrolled(server, "an", folder / f"t{number}") for number in range(race.writers)]
    shared = tablets[0].ids.time_ordered()
    filed = {tablets[0].file(shared, name="Nhà nghỉ chung")}
    for tablet in tablets:
        assert tablet.sync() is SyncMessage.IN_SYNC
    killer = _Killer(server, race.kill_every)
    with ThreadPoolExecutor(race.writers) as pool:
        works = [pool.submit(_work, killer, pair, shared, race.turns) for pair in enumerate(tablets)]
        for done in works:
            filed |= done.result()
    _come_to_rest(tablets)
    conflicts = _judge(server, tablets, filed, shared)
    for tablet in tablets:
        tablet.close()
    return Result(len(filed), conflicts, killer.kills)


class _Killer:
    """Kills the server as by a power cut, while the others are in the middle of whatever they do."""

    def __init__(self, server: ServerProcess, every: int) -> None:
        self._server, self._every = server, every
        self._door = threading.Lock()
        self._turns = 0
        self.kills = 0

    def pass_turn(self) -> None:
        with self._door:
            self._turns += 1
            if self._every and self._turns % self._every == 0:
                port = self._server.port
                self._server.kill()
                self._server.start(port)
                self.kills += 1


def _work(killer: _Killer, pair: tuple[int, RealTablet], shared: str, turns: int) -> set[str]:
    """Be a busy team: new records, edits of a record everybody edits, exchanges in between."""
    number, tablet = pair
    filed = set()
    for turn in range(turns):
        filed.add(tablet.file(tablet.ids.time_ordered(), name=f"Nhà nghỉ {number}-{turn}"))
        filed.add(tablet.file(shared, name=f"Máy {number}, lần {turn}", rooms_total=100 * number + turn))
        killer.pass_turn()
        tablet.sync()
    return filed


def _come_to_rest(tablets: list[RealTablet]) -> None:
    for _ in range(_MOST_ROUNDS):
        for tablet in tablets:
            tablet.sync()
        if all([tablet.sync() is SyncMessage.IN_SYNC for tablet in tablets]):
            return
    raise AssertionError(f"no agreement: {[tablet.engine.state for tablet in tablets]}")


def _judge(server: ServerProcess, tablets: list[RealTablet], filed: set[str], shared: str) -> int:
    assert {change_id for tablet in tablets for change_id in tablet.receipts()} == filed
    receipts, live = stored_receipts(server), stored_live(server)
    assert set(receipts) == filed
    assert {status for status, _, _ in receipts.values()} <= {"applied", "conflict"}
    for tablet in tablets:
        assert tablet.receipts().items() <= receipts.items()
        assert tablet.live() == live
    made = history(server)
    assert len({(change_id, rev) for change_id, _, rev in made}) == len(made)
    applied = [rev for _, record_id, rev in made if record_id == shared]
    assert sorted(applied) == list(range(1, len(applied) + 1))
    return sum(status == "conflict" for status, _, _ in receipts.values())


def stored_receipts(server: ServerProcess) -> Receipts:
    stored = rows(server, "SELECT change_id, status, reason, rev FROM receipt")
    return {change_id: (status, reason, rev) for change_id, status, reason, rev in stored}


def stored_live(server: ServerProcess) -> dict[str, tuple[str, int]]:
    stored = rows(server, "SELECT record_id, scope, rev FROM record WHERE NOT deleted AND scope <> 'office'")
    return {record_id: (scope, rev) for record_id, scope, rev in stored}


def history(server: ServerProcess) -> list[tuple[str, str, int]]:
    """(change, record, rev) of everything a tablet's change has made."""
    query = "SELECT change_id, record_id, rev FROM change WHERE device_id IS NOT NULL AND rev IS NOT NULL"
    return [(change_id, record_id, rev) for change_id, record_id, rev in rows(server, query)]


def rows(server: ServerProcess, query: str) -> list[tuple]:
    """Read the store behind the server's back."""
    url = server.environment.get("FIELD178_DATABASE_URL", f"sqlite:///{server.folder / 'field178.sqlite'}")
    engine = create_engine_for(url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]
    finally:
        engine.dispose()
