"""S5: tablets push at once, in turns with the floor; a record that was acknowledged MUST be stored.

python -m tests.bench.tablets_at_once [ROUNDS]
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from requests import Session
from sqlalchemy import func, select
from tests.bench import wire
from tests.bench.engines import engines
from tests.bench.figures import figure, percentile
from tests.bench.floor.process import Floor, running_floor
from tests.bench.office import add_teams, another, office, team_login
from tests.bench.records import new_changes
from tests.bench.rows import store_url
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess

from field178_server.database.engine import create_engine_for
from field178_server.database.models import Record, StoredReceipt

RECORDS = 100
ROUNDS = 5
TEAMS = 60
FILED = ("inspection", "outreach_session")
SPREAD = 2.0


@dataclass(frozen=True)
class Scenario:
    """Tablets that push at once, each of a team of its own or all of one, and the most seconds on SQLite."""

    tablets: int
    is_one_team: bool
    target_s: float | None

    @property
    def name(self) -> str:
        """The scenario in words."""
        return f"{self.tablets} tablets of {'one team' if self.is_one_team else f'{self.tablets} teams'}"


SCENARIOS = (
    Scenario(20, is_one_team=False, target_s=0.45),
    Scenario(20, is_one_team=True, target_s=0.6),
    Scenario(23, is_one_team=False, target_s=None),
    Scenario(TEAMS, is_one_team=False, target_s=1.5),
)


@dataclass
class Rounds:
    """Seconds of each round at product and floor, slowest to fastest; acknowledged and refused."""

    seconds: list[float] = field(default_factory=list)
    floor_s: list[float] = field(default_factory=list)
    spreads: list[float] = field(default_factory=list)
    acknowledged: int = 0
    busy: int = 0


def main(rounds: int = ROUNDS) -> None:
    """Print the seconds of each scenario, slowest to fastest, and what is missing, on each engine."""
    for engine in engines():
        with (
            office(**engine.environment()) as (server, _),
            running_floor(engine.new_database()) as floor,
        ):
            clients = add_teams(server, TEAMS)
            of_one_team = [another(server, user=team_login(0)) for _ in range(SCENARIOS[1].tablets)]
            acknowledged = sent = 0
            for scenario in SCENARIOS:
                tablets = of_one_team if scenario.is_one_team else clients[: scenario.tablets]
                measured = _measured(tablets, floor, sent, rounds)
                sent += rounds * len(tablets) * RECORDS
                acknowledged += measured.acknowledged
                _print(scenario, engine.name, measured)
            stored, receipts = _stored(server)
        figure("S5", f"{engine.name}: not acknowledged", sent - acknowledged, "records", 0)
        figure("S5", f"{engine.name}: acknowledged, not stored", abs(acknowledged - stored), "records", 0)
        figure("S5", f"{engine.name}: receipts without a record", abs(receipts - stored), "records", 0)


def _print(scenario: Scenario, engine: str, measured: Rounds) -> None:
    seconds, floor_s = percentile(measured.seconds, 0.5), percentile(measured.floor_s, 0.5)
    name = f"{scenario.name} x {RECORDS} records, {engine}"
    target = scenario.target_s if engine == "SQLite" else None
    figure("S5", name, seconds, "s", target, floor=floor_s, ratio=seconds / floor_s)
    figure("S5", f"{name}: slowest to fastest", percentile(measured.spreads, 0.5), "times", SPREAD)
    figure("S5", f'{name}: answered "busy"', measured.busy, "pushes", 0)


def _measured(tablets: Sequence[ForeignClient], floor: Floor, first: int, rounds: int) -> Rounds:
    lines, floor_lines = ([wire.line() for _ in tablets] for _ in range(2))
    for line, floor_line, tablet in zip(lines, floor_lines, tablets, strict=True):
        wire.exchange(line, tablet, wire.packed(tablet))
        floor.push(wire.packed(tablet), floor_line)
    measured = Rounds()
    for number in range(rounds):
        begin = first + number * len(tablets) * RECORDS
        bodies = [
            _body(tablet, range(begin + n * RECORDS, begin + (n + 1) * RECORDS))
            for n, tablet in enumerate(tablets)
        ]
        _turn(measured, tablets, bodies, lines, floor, floor_lines)
    return measured


def _turn(  # both sides of a turn
    measured: Rounds,
    tablets: Sequence[ForeignClient],
    bodies: Sequence[bytes],
    lines: Sequence[Session],
    floor: Floor,
    floor_lines: Sequence[Session],
) -> None:
    """Push the same bodies at once to the floor, then to the product."""
    measured.floor_s.append(_at_once(lambda n: floor.push(bodies[n], floor_lines[n]), len(tablets))[1])
    answers: dict[int, wire.Answer] = {}

    def push(number: int) -> None:
        answers[number], refusals = wire.pushed_when_free(lines[number], tablets[number], bodies[number])
        measured.busy += refusals

    times, seconds = _at_once(push, len(tablets))
    measured.seconds.append(seconds)
    measured.spreads.append(max(times) / min(times))
    for number, answer in answers.items():
        measured.acknowledged += answer.acknowledged
        wire.follow(tablets[number], answer.text)


def _body(tablet: ForeignClient, numbers: range) -> bytes:
    return wire.packed(tablet, push=new_changes(tablet, numbers))


def _at_once(work: Callable[[int], object], count: int) -> tuple[list[float], float]:
    """Run a function once for each tablet at the same moment; return the seconds of each and of all."""
    gate = threading.Barrier(count + 1)

    def timed(number: int) -> float:
        gate.wait()
        started = time.perf_counter()
        work(number)
        return time.perf_counter() - started

    with ThreadPoolExecutor(count) as pool:
        times = [pool.submit(timed, number) for number in range(count)]
        gate.wait()
        started = time.perf_counter()
        each = [time_s.result() for time_s in times]
        return each, time.perf_counter() - started


def _stored(server: ServerProcess) -> tuple[int, int]:
    engine = create_engine_for(store_url(server))
    with engine.connect() as connection:
        records = select(func.count()).select_from(Record).where(Record.type.in_(FILED))
        counts = (
            connection.scalar(records),
            connection.scalar(select(func.count()).select_from(StoredReceipt)),
        )
    engine.dispose()
    return counts[0] or 0, counts[1] or 0


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
