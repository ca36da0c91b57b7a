"""Ten thousand random taps on the real screens over a real vault and store, through locks and kills."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from tests.prove.evidence import Facts, prove

if TYPE_CHECKING:
    from tests.mobile.screens.scene import Stage

CLAIM = "No random tap raises anything or costs a draft that was acknowledged"
STEPS_OF_A_TABLET = 500


def run(folder: Path, count: int) -> Facts:
    """Let tablets be tapped at random, 500 steps each, one on every processor, until so many are done."""
    seeds = range(-(-count // STEPS_OF_A_TABLET))
    places = [folder / str(seed) for seed in seeds]
    steps = [min(STEPS_OF_A_TABLET, count - seed * STEPS_OF_A_TABLET) for seed in seeds]
    done: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        playing = [
            processes.submit(_tap_a_tablet, *given) for given in zip(places, seeds, steps, strict=True)
        ]
        try:
            for future in as_completed(playing):
                kinds, facts = future.result()
                done += kinds
                totals.update(facts)
        finally:
            # After a failure the others would go on for half an hour and change nothing.
            processes.shutdown(cancel_futures=True)
    return {
        "tablets": len(seeds),
        "seeds": f"0 to {seeds[-1]}",
        "steps": count,
        "steps_by_kind": done,
        "saves_acknowledged": totals["acknowledged"],
        "records_filed": totals["filed"],
        "drafts_discarded_by_a_tap": totals["discarded"],
        "kills": totals["kills"],
        "exceptions": 0,
        "drafts_lost": 0,
    }


def _tap_a_tablet(place: Path, seed: int, steps: int) -> tuple[Counter[str], dict[str, int]]:
    stage = _stage()
    from tests.mobile.screens.monkey import Monkey

    stage.strike()
    place.mkdir()
    monkey = Monkey(stage, place, seed)
    monkey.play(steps)
    shadow = monkey.lives.shadow
    return monkey.done, {
        "acknowledged": shadow.acknowledged,
        "filed": len(shadow.filed),
        "discarded": shadow.discarded,
        "kills": monkey.lives.deaths,
    }


@cache
def _stage() -> Stage:
    """Return the stage of this process; Kivy is prepared before anything imports it, and started once."""
    import tests.mobile.screens.conftest  # noqa: F401
    from tests.mobile.screens.scene import start

    return start(is_drawn=True)


if __name__ == "__main__":
    prove("monkey", CLAIM, 10_000, run)
