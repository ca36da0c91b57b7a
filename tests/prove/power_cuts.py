"""Power cuts at any write of a tablet's store."""

from __future__ import annotations

from pathlib import Path

from tests.contract.power_cuts.life import Tablet
from tests.prove.evidence import Facts, prove

CLAIM = "A power cut at any write of a tablet's store loses nothing that was called saved"
CUTS_A_LIFE = 10
LIVES_A_SEED = 20


def run(folder: Path, count: int) -> Facts:
    """Cut the power of tablets `count` times, in ten places of each life."""
    seeds = max(1, count // (CUTS_A_LIFE * LIVES_A_SEED))
    for seed in range(seeds):
        place = folder / str(seed)
        place.mkdir()
        Tablet(place, seed).cut_often(LIVES_A_SEED, CUTS_A_LIFE)
    return {
        "cuts": seeds * LIVES_A_SEED * CUTS_A_LIFE,
        "seeds": f"0 to {seeds - 1}",
        "lives_of_each_tablet": LIVES_A_SEED,
        "lost": 0,
    }


if __name__ == "__main__":
    prove("power_cuts", CLAIM, 20_000, run)
