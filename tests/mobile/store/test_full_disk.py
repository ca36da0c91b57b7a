"""Writes on a full disk: a refused save costs no saved data, and with free space work goes on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the limit is set as on Linux", allow_module_level=True)

from tests.mobile.store.full_disk import FullDisk, RefusalCounts

LIVES = 12


def test_no_write_that_finds_no_room_costs_or_invents_anything(tmp_path: Path) -> None:
    counts = RefusalCounts()
    for seed in range(LIVES):
        FullDisk(tmp_path / str(seed), seed, counts).live()
    print(counts)
    assert counts.refused > 100
    assert counts.refused_openings > 5
