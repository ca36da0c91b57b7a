"""Seeded worlds of a real server and three real tablets with every fault between them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from tests.contract.simulator.run import Failed, simulator
from tests.contract.simulator.world import MOST_ROUNDS, Options
from tests.prove.evidence import Facts, prove

_BLOCK = 250
CLAIM = "No seeded world of faults and disasters breaks an invariant of the protocol"


def run(folder: Path, count: int) -> Facts:
    """Run so many seeds, on every processor; a broken invariant ends the proof and names its seed."""
    met = _Met()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        blocks = [range(first, min(first + _BLOCK, count)) for first in range(0, count, _BLOCK)]
        for block in processes.map(_run_block, blocks):
            met.add(block)
    return {
        "worlds": count,
        "seeds": f"0 to {count - 1}",
        "actions": count * Options.steps,
        "exchanges": met.exchanges,
        "worlds_without_a_disaster": met.calm,
        "digests_that_did_not_meet_in_them": 0,
        "worlds_by_rounds_to_rest": met.rounds,
        "most_rounds_allowed": MOST_ROUNDS,
        "faults": ", ".join(sorted(met.faults)),
        "verdicts": ", ".join(sorted(met.verdicts)),
        "crash_points": len(met.crash_points),
    }


@dataclass
class _Met:
    """Results of a block of seeds."""

    rounds: Counter[int] = field(default_factory=Counter)
    calm: int = 0
    exchanges: int = 0
    faults: set[str] = field(default_factory=set)
    verdicts: set[str] = field(default_factory=set)
    crash_points: set[str] = field(default_factory=set)

    def add(self, other: _Met) -> None:
        """Add the results of another block."""
        self.rounds += other.rounds
        self.calm += other.calm
        self.exchanges += other.exchanges
        self.faults |= other.faults
        self.verdicts |= other.verdicts
        self.crash_points |= other.crash_points


def _run_block(seeds: range) -> _Met:
    met = _Met()
    with simulator() as worlds:
        for seed in seeds:
            try:
                outcome = worlds.run(seed)
            except Failed as failed:
                # Its own kind does not come over from another process.
                raise AssertionError(str(failed)) from None
            met.rounds[outcome.rounds] += 1
            met.calm += outcome.is_calm
            met.exchanges += outcome.exchanges
        seen = worlds.seen
    met.faults = {str(fault) for fault in seen.faults}
    met.verdicts = {f"{status} {reason or ''}".strip() for status, reason in seen.verdicts}
    met.crash_points = seen.tablet_crash_points | seen.server_crash_points
    return met


if __name__ == "__main__":
    prove("simulator", CLAIM, 12_000, run)
