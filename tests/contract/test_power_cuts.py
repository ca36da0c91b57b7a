"""A power cut at any write of the store loses nothing that was called saved: 400 cuts.

`python -m tests.prove power_cuts` makes 20,000.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the recording needs Linux", allow_module_level=True)

from tests.contract.power_cuts.life import Lost, Tablet

TABLETS, LIVES, CUTS_A_LIFE = 2, 20, 10


@pytest.fixture
def folder() -> Iterator[Path]:
    # The simulated disk keeps its own data: a real disk below it would only cost time.
    with tempfile.TemporaryDirectory(dir="/dev/shm") as made:
        yield Path(made)


@pytest.mark.parametrize("seed", range(TABLETS))
def test_a_power_cut_at_any_write_loses_nothing_that_was_saved(folder: Path, seed: int) -> None:
    Tablet(folder, seed).cut_often(LIVES, CUTS_A_LIFE)


def test_unsynced_commits_of_a_store_are_detected(folder: Path) -> None:
    with pytest.raises(Lost):
        Tablet(folder, 0, synchronous="NORMAL").cut_often(LIVES, CUTS_A_LIFE)
