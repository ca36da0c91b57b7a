"""Seeded worlds of a real server and three real tablets with every fault between them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.contract.simulator.run import simulator
from tests.contract.simulator.world import MOST_ROUNDS, Options
from tests.prove.evidence import Facts, prove

CLAIM = "No seeded world of faults and disasters breaks an invariant of the protocol"


def run(folder: Path, count: int) -> Facts:
    """Run so many seeds; the first broken invariant ends the proof and names its seed."""
    rounds: Counter[int] = Counter()
    calm = exchanges = 0
    with simulator() as worlds:
        for seed in range(count):
            found = worlds.run(seed)
            rounds[found.rounds] += 1
            calm += found.is_calm
            exchanges += found.exchanges
        seen = worlds.seen
    return {
        "worlds": count,
        "seeds": f"0 to {count - 1}",
        "actions": count * Options.steps,
        "exchanges": exchanges,
        "worlds_without_a_disaster": calm,
        "digests_that_did_not_meet_in_them": 0,
        "worlds_by_rounds_to_rest": rounds,
        "most_rounds_allowed": MOST_ROUNDS,
        "faults": ", ".join(sorted(seen.faults)),
        "verdicts": ", ".join(sorted(f"{status} {reason or ''}".strip() for status, reason in seen.verdicts)),
        "crash_points": len(seen.tablet_crash_points | seen.server_crash_points),
    }


if __name__ == "__main__":
    prove("simulator", CLAIM, 12_000, run)
