"""Ten thousand random taps on the real screens over a real vault and store, through locks and kills."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import tests.mobile.ui.conftest  # noqa: F401  prepares Kivy, before anything imports it
from tests.prove.evidence import Facts, prove

CLAIM = "No random tap raises anything or costs a draft that was acknowledged"
STEPS_OF_A_TABLET = 500


def run(folder: Path, count: int) -> Facts:
    """Let tablets of 500 steps each be tapped at random, until so many steps are done."""
    from tests.mobile.ui.monkey import Monkey
    from tests.mobile.ui.stage import start

    stage = start()
    done: Counter[str] = Counter()
    told: Counter[str] = Counter()
    tablets = -(-count // STEPS_OF_A_TABLET)
    for seed in range(tablets):
        stage.strike()
        place = folder / str(seed)
        place.mkdir()
        monkey = Monkey(stage, place, seed)
        monkey.play(min(STEPS_OF_A_TABLET, count - seed * STEPS_OF_A_TABLET))
        done += monkey.done
        shadow = monkey.lives.shadow
        told.update(
            acknowledged=shadow.acknowledged,
            filed=len(shadow.filed),
            discarded=shadow.discarded,
            kills=monkey.lives.deaths,
        )
    return {
        "tablets": tablets,
        "seeds": f"0 to {tablets - 1}",
        "steps": count,
        "steps_by_kind": done,
        "saves_acknowledged": told["acknowledged"],
        "records_filed": told["filed"],
        "drafts_discarded_by_a_tap": told["discarded"],
        "kills": told["kills"],
        "exceptions": 0,
        "drafts_lost": 0,
    }


if __name__ == "__main__":
    prove("monkey", CLAIM, 10_000, run)
