"""A full disk refuses a save and costs nothing that was saved; with room again everything goes on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the limit is set as on Linux", allow_module_level=True)

from tests.mobile.store.full_disk import FullDisk, Told

LIVES = 12


def test_no_write_that_finds_no_room_costs_or_invents_anything(tmp_path: Path) -> None:
    told = Told()
    for seed in range(LIVES):
        FullDisk(tmp_path / str(seed), seed, told).live()
    print(told)
    assert told.refused > 100
    assert told.refused_openings > 5
