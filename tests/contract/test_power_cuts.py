"""A power cut at any write of the store loses nothing that was called saved.

`power_cuts(folder, lives=250)` of this module is the long form: 2,500 cuts.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the recording needs Linux", allow_module_level=True)

from tests.contract.power_cuts.life import Lost, Tablet

CUTS_A_LIFE = 10


def power_cuts(folder: Path, seed: int = 0, lives: int = 10, synchronous: str = "EXTRA") -> None:
    """Cut the power ten times in each of so many lives of one tablet."""
    Tablet(folder, seed, synchronous).cut_often(lives, CUTS_A_LIFE)


@pytest.mark.parametrize("seed", range(3))
def test_a_power_cut_at_any_write_loses_nothing_that_was_saved(tmp_path: Path, seed: int) -> None:
    power_cuts(tmp_path, seed)


def test_a_store_that_does_not_sync_its_commits_is_found_out(tmp_path: Path) -> None:
    with pytest.raises(Lost):
        power_cuts(tmp_path, synchronous="NORMAL")
