"""Runs seeds: sets a world up, lets dice act, heals it, judges it; a failing seed says what happened last."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from tests.contract.simulator import actions
from tests.contract.simulator.actions import Action
from tests.contract.simulator.office import Shelf
from tests.contract.simulator.outcome import Outcome, outcome_of
from tests.contract.simulator.server_oracle import ServerOracle, watching_applies
from tests.contract.simulator.tablet_oracle import MOST_ROWS
from tests.contract.simulator.violation import Violation
from tests.contract.simulator.wire import Fault
from tests.contract.simulator.world import Options, World

from field178_mobile.store import brake
from field178_mobile.sync import pack_queue

USUAL = Options()
OFTEN = 5
_IN_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Run:
    """What one seed came to."""

    seed: int
    rounds: int
    exchanges: int
    is_calm: bool
    fingerprint: str
    outcome: Outcome


@dataclass
class Seen:
    """What a series of seeds has met: a simulator that never meets a case proves nothing about it."""

    faults: set[Fault] = field(default_factory=set)
    verdicts: set[tuple[str, str | None]] = field(default_factory=set)
    tablet_crash_points: set[str] = field(default_factory=set)
    server_crash_points: set[str] = field(default_factory=set)
    actions: Counter[str] = field(default_factory=Counter)
    fetches: int = 0


class Failed(AssertionError):
    """A seed in which an invariant broke, with its last actions: the same seed fails again, byte for byte."""

    def __init__(self, seed: int, steps: int, violation: Violation, last: list[str]) -> None:
        told = "\n".join(last)
        super().__init__(f"seed {seed}, {steps} steps\n{told}\n{violation}")
        self.seed = seed
        self.invariant = violation.invariant
        self.violation = violation


class Simulator:
    """Runs one seed after the other on one prepared store."""

    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf(folder)
        self._oracle: ServerOracle | None = None
        self.seen = Seen()

    def run(self, seed: int, options: Options = USUAL) -> Run:
        """Run one seed; raises Failed when an invariant breaks."""
        world = World(self._shelf, seed, options)
        self._oracle = world.oracle
        try:
            return self._run(world)
        except Violation as violation:
            raise Failed(seed, options.steps, violation, list(world.trace)) from violation
        except Exception as error:
            # No invariant names it, but nothing in here may raise: the seed must be known all the same.
            violation = Violation("error", f"{type(error).__name__}: {error}")
            raise Failed(seed, options.steps, violation, list(world.trace)) from error
        finally:
            self._oracle = None
            self._keep(world)
            world.close()

    def close(self) -> None:
        self._shelf.close()

    def current(self) -> ServerOracle | None:
        """Return the judge of the world that runs."""
        return self._oracle

    def _run(self, world: World) -> Run:
        _settle_in(world)
        weights = _weights(world)
        # A tablet that is seldom used falls behind: old cursors meet moves, deletions and compaction.
        diligence = [world.rng.choice((1, 1, 0.1)) for _ in world.seats]
        _allow_faults(world)
        for _ in range(world.options.steps):
            world.clock.pass_seconds(world.rng.choice((1, 30, 600)))
            action = world.rng.choices(list(weights), list(weights.values()))[0]
            self.seen.actions[action.__name__] += 1
            action(world, world.rng.choices(world.seats, diligence)[0])
        world.heal()
        world.bear_poison()
        rounds = world.quiesce()
        world.judge_rest()
        fingerprint = world.wire.trace.hexdigest()
        return Run(world.seed, rounds, world.wire.exchanges, world.is_calm, fingerprint, outcome_of(world))

    def _keep(self, world: World) -> None:
        self.seen.faults |= world.wire.seen
        self.seen.fetches += world.wire.seen_fetches
        self.seen.verdicts |= world.oracle.verdicts
        self.seen.server_crash_points |= world.office.crash_points
        for seat in world.seats:
            self.seen.tablet_crash_points |= seat.tablet.crash_points


@contextmanager
def simulator() -> Iterator[Simulator]:
    """Give a simulator whose files are in memory where the system has such a place."""
    folder = Path(tempfile.mkdtemp(prefix="field178-world-", dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None))
    made = Simulator(folder)
    try:
        # The worlds are small: what is much in a district is two records here.
        with watching_applies(made.current), patch.object(brake, "MOST_ROWS", MOST_ROWS), _small_packs():
            yield made
    finally:
        made.close()
        shutil.rmtree(folder)


@contextmanager
def _small_packs() -> Iterator[None]:
    """Let packs of a few records come in several pieces and pages."""
    with patch.object(pack_queue, "PIECE_BYTES", 600), patch.object(pack_queue, "ROWS_A_PAGE", 2):
        yield


def _settle_in(world: World) -> None:
    """Begin with records that everybody has: an empty world finds little."""
    for seat in world.seats:
        world.sync(seat)
    for number in (0, 1, 0, 2, 0, 2):
        actions.create(world, world.seats[number])
    for _ in range(2):
        for seat in world.seats:
            world.sync(seat)


def _weights(world: World) -> dict[Action, float]:
    """Half of the worlds are calm; in each some actions never happen."""
    is_calm = world.rng.random() < 0.5
    if world.options.disasters is not None:
        is_calm = not world.options.disasters
    found = dict(actions.ORDINARY) | dict(actions.CALM if is_calm else actions.DISASTERS)
    often = world.options.often
    found |= {action: weight for action, weight in actions.RARE.items() if action.__name__ == often}
    kept = (actions.edit, actions.sync)
    return {
        action: weight * (OFTEN if action.__name__ == often else 1)
        for action, weight in found.items()
        if action in kept or world.rng.random() >= 0.2 or action.__name__ == often
    }


def _allow_faults(world: World) -> None:
    kinds = [fault for fault in Fault if fault is not Fault.NONE and world.rng.random() >= 0.2]
    world.wire.allowed = tuple(kinds)
    world.wire.rate = world.rng.choice((0.0, 0.3, 0.6))
    if not world.options.faults:
        world.wire.allowed = ()
