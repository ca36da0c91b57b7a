"""Random taps on the real screens, in short; `make prove` goes on for ten thousand."""

from __future__ import annotations

from pathlib import Path

from tests.mobile.screens.scene import Stage

SEED, STEPS = 178, 30


def test_random_taps_raise_nothing_and_lose_no_draft(stage: Stage, tmp_path: Path):
    from tests.mobile.screens.monkey import Monkey

    monkey = Monkey(stage, tmp_path, SEED)
    monkey.play(STEPS)
    assert monkey.lives.shadow.acknowledged > 0
