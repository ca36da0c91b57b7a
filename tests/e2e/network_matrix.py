"""One tablet behind a line that fails in every way, one cell after the other, judged against the store."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Engine
from tests.e2e.fault_proxy import Fault, FaultProxy, Kind, fault_proxy
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.server_process import running_server

from field178_mobile.replication import transport
from field178_server.database.engine import create_engine_for

MOST_ROUNDS = 10
# A hole is detected by its timeout alone; waiting the usual half minute would prove no more.
_HOLE_TIMEOUTS = (0.3, 0.3)
_MOST_FAULTS = 2
_PASSED = (0, 1, 60, 250, 700, 1500, 4000)
_DIRECTED = (Kind.DELAY, Kind.RESET, Kind.HALF_CLOSE, Kind.BLACK_HOLE, Kind.THROTTLE)
_PASSWORD = "con-trau-gam-co-an-1\n"
_KINDS = list(Kind)


@dataclass
class Matrix:
    """What a series of cells came to."""

    cells: int = 0
    struck: Counter[Kind] = field(default_factory=Counter)
    rounds: Counter[int] = field(default_factory=Counter)
    changes: int = 0


@dataclass
class Bench:
    """A server, a tablet behind the failing line, and another one that edits the same records."""

    proxy: FaultProxy
    tablet: RealTablet
    rival: RealTablet
    store: Engine
    shared: str
    filed: set[str] = field(default_factory=set)


def run_cells(folder: Path, seeds: Sequence[int]) -> Matrix:
    """Run one cell a seed; AssertionError names the seed whose cell lost, doubled or lied."""
    matrix = Matrix()
    with _bench(folder) as bench:
        for seed in seeds:
            try:
                matrix.rounds[
                    _run_cell(bench, random.Random(f"network {seed}"), _KINDS[seed % len(_KINDS)])
                ] += 1
            except AssertionError as error:
                raise AssertionError(f"cell {seed}: {error}") from error
            matrix.cells += 1
        matrix.struck, matrix.changes = bench.proxy.struck, len(bench.filed)
    return matrix


def _run_cell(bench: Bench, rng: random.Random, kind: Kind) -> int:
    """Write on both tablets, let the line fail, exchange until all agree; return the rounds it took."""
    tablet, rival = bench.tablet, bench.rival
    for turn in range(rng.choice((1, 3))):
        note = "".join(rng.choices("abcdefghijklmnop ", k=rng.choice((20, 500))))
        bench.filed.add(tablet.file(tablet.ids.time_ordered(), name=f"Nhà nghỉ {turn}", note=note))
    bench.filed.add(tablet.file(bench.shared, rooms_total=rng.randrange(1, 10**6)))
    bench.filed.add(rival.file(bench.shared, rooms_total=rng.randrange(1, 10**6), name=f"Tên {rng.random()}"))
    rival.sync()
    if rng.random() < 0.5:
        tablet.transport.close()  # a cold line begins with the handshake and the sign-in
    bench.proxy.faults.extend(_fault(kind, rng) for _ in range(rng.choice((1, 1, _MOST_FAULTS))))
    rounds = _rounds_to_agreement(bench, is_hole=kind is Kind.BLACK_HOLE)
    rival.sync()
    _judge_rest(bench)
    return rounds


def _fault(kind: Kind, rng: random.Random) -> Fault:
    is_up = rng.random() < 0.5 if kind in _DIRECTED else True
    after = rng.choice(_PASSED) if kind in _DIRECTED else 0
    return Fault(kind, is_up, after, delay_s=rng.choice((0.02, 0.2)))


def _rounds_to_agreement(bench: Bench, *, is_hole: bool) -> int:
    usual = transport._TIMEOUTS
    for number in range(1, MOST_ROUNDS + 1):
        # Only while a hole is possible: a busy machine answers later than that.
        timeouts = _HOLE_TIMEOUTS if is_hole and number <= _MOST_FAULTS + 1 else usual
        with patch.object(transport, "_TIMEOUTS", timeouts):
            bench.tablet.sync()
        if bench.tablet.store.status().in_sync:
            _judge_green(bench)
            bench.proxy.heal()
            return number
    raise AssertionError(f"no agreement after {MOST_ROUNDS} rounds: {bench.tablet.engine.state}")


def _judge_green(bench: Bench) -> None:
    tablet = bench.tablet
    assert tablet.checkpoint().open_changes == 0, "green with changes unsent"
    stored = _receipts(bench, tablet)
    assert tablet.receipts() == stored, "green with other receipts than the server's"
    assert tablet.live() == _live(bench), "green with other records than the server's"


def _judge_rest(bench: Bench) -> None:
    held = _receipts(bench, bench.tablet) | _receipts(bench, bench.rival)
    lost = bench.filed - held.keys()
    assert not lost, f"lost {sorted(lost)}"
    query = "SELECT change_id FROM change WHERE device_id IS NOT NULL"
    made = Counter(row[0] for row in _rows(bench, query))
    doubled = sorted(change_id for change_id, times in made.items() if times > 1)
    assert not doubled, f"doubled {doubled}"
    assert set(made) <= bench.filed, "the server made something up"
    revs = [row[0] for row in _rows(bench, f"SELECT rev FROM change WHERE record_id = '{bench.shared}'")]
    numbered = sorted(rev for rev in revs if rev is not None)
    assert numbered == list(range(1, len(numbered) + 1)), f"revisions of the shared record: {numbered}"


def _receipts(bench: Bench, tablet: RealTablet) -> dict[str, tuple[str, str | None, int]]:
    device = tablet.enrolment.device
    stored = _rows(bench, f"SELECT change_id, status, reason, rev FROM receipt WHERE device_id = '{device}'")
    return {change_id: (status, reason, rev) for change_id, status, reason, rev in stored}


def _live(bench: Bench) -> dict[str, tuple[str, int]]:
    stored = _rows(bench, "SELECT record_id, scope, rev FROM record WHERE NOT deleted AND scope <> 'office'")
    return {record_id: (scope, rev) for record_id, scope, rev in stored}


def _rows(bench: Bench, query: str) -> list[tuple]:
    with bench.store.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


@contextmanager
def _bench(folder: Path) -> Iterator[Bench]:
    office = folder / "office"
    office.mkdir()
    with running_server(office) as server, fault_proxy(server.port) as proxy:
        server.command("user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin=_PASSWORD)
        store = create_engine_for(f"sqlite:///{office / 'field178.sqlite'}")
        with (
            closing(enrolled(server, "an", folder / "tablet", proxy.url)) as tablet,
            closing(enrolled(server, "an", folder / "rival")) as rival,
        ):
            shared = tablet.ids.time_ordered()
            bench = Bench(proxy, tablet, rival, store, shared, {tablet.file(shared, name="Nhà nghỉ chung")})
            for device in (tablet, rival):
                device.sync()
                assert device.store.status().in_sync
            yield bench
        store.dispose()
