"""Runs seeds: sets a world up, lets dice act, heals it, judges it; a failing seed says what happened last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from tests.contract.simulator import actions, disasters
from tests.contract.simulator.actions import Action
from tests.contract.simulator.beginnings import Beginnings, beginnings
from tests.contract.simulator.merge_oracle import watching_merges
from tests.contract.simulator.outcome import Outcome, outcome_of
from tests.contract.simulator.server_oracle import ServerOracle, watching_applies
from tests.contract.simulator.violation import Violation
from tests.contract.simulator.wire import Fault
from tests.contract.simulator.world import Options, World

USUAL = Options()
OFTEN = 5


@dataclass(frozen=True)
class Run:
    """Result of one seed."""

    seed: int
    rounds: int
    exchanges: int
    is_calm: bool
    fingerprint: str
    outcome: Outcome


@dataclass
class Seen:
    """Cases that a series of seeds has met: a simulator that never meets a case proves nothing about it."""

    faults: set[Fault] = field(default_factory=set)
    verdicts: set[tuple[str, str | None]] = field(default_factory=set)
    tablet_crash_points: set[str] = field(default_factory=set)
    server_crash_points: set[str] = field(default_factory=set)
    actions: Counter[str] = field(default_factory=Counter)


class Failed(AssertionError):
    """Error of a seed that broke an invariant, with its last actions; the same seed fails again."""

    def __init__(self, seed: int, steps: int, violation: Violation, last: list[str]) -> None:
        transcript = "\n".join(last)
        super().__init__(f"seed {seed}, {steps} steps\n{transcript}\n{violation}")
        self.seed = seed
        self.invariant = violation.invariant
        self.violation = violation


class Simulator:
    """Runs one seed after the other on prepared beginnings."""

    def __init__(self, begun: Beginnings) -> None:
        self._begun = begun
        self._oracle: ServerOracle | None = None
        self.seen = Seen()

    def run(self, seed: int, options: Options = USUAL) -> Run:
        """Run the actions of a seed; raises Failed when an invariant breaks."""
        world = self._begun.world(seed, options)
        self._oracle = world.oracle
        try:
            return self._run(world)
        except Violation as violation:
            raise Failed(seed, options.steps, violation, list(world.trace)) from violation
        except Exception as error:
            # No invariant covers it, but nothing here may raise: the failure MUST name the seed.
            violation = Violation("error", f"{type(error).__name__}: {error}")
            raise Failed(seed, options.steps, violation, list(world.trace)) from error
        finally:
            self._oracle = None
            self._keep(world)
            world.close()

    def current(self) -> ServerOracle | None:
        """Return the server oracle of the current world."""
        return self._oracle

    def _run(self, world: World) -> Run:
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
        self.seen.verdicts |= world.oracle.verdicts
        self.seen.server_crash_points |= world.office.crash_points
        for seat in world.seats:
            self.seen.tablet_crash_points |= seat.tablet.crash_points


@contextmanager
def simulator(begun: Beginnings | None = None) -> Iterator[Simulator]:
    """Yield a simulator whose stores are the given ones, made before a bug was planted, or new ones."""
    with nullcontext(begun) if begun is not None else beginnings() as made_before:
        made = Simulator(made_before)
        with watching_applies(made.current), watching_merges():
            yield made


def _weights(world: World) -> dict[Action, float]:
    """Return the weight of each action: half of the worlds have no disasters, some actions are absent."""
    is_calm = world.rng.random() < 0.5
    if world.options.disasters is not None:
        is_calm = not world.options.disasters
    weights = dict(actions.ORDINARY) | dict(actions.CALM if is_calm else disasters.DISASTERS)
    often = world.options.often
    weights |= {action: weight for action, weight in disasters.ASKED_FOR.items() if action.__name__ in often}
    kept = (actions.edit, actions.sync)
    return {
        action: weight * (OFTEN if action.__name__ in often else 1)
        for action, weight in weights.items()
        if action in kept or world.rng.random() >= 0.2 or action.__name__ in often
    }


def _allow_faults(world: World) -> None:
    kinds = [fault for fault in Fault if fault is not Fault.NONE and world.rng.random() >= 0.2]
    world.wire.allowed = tuple(kinds)
    world.wire.rate = world.rng.choice((0.0, 0.3, 0.6))
    if world.options.fault is not None:
        world.wire.allowed, world.wire.rate = (world.options.fault,), 0.3
    if not world.options.faults:
        world.wire.allowed = ()
