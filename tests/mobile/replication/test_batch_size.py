"""Sizes of batches of changes."""

from __future__ import annotations

import pytest

from field178_mobile.replication.batch_size import FIRST_BYTES, LARGEST_BYTES, LONGEST_REQUEST_S, BatchSize
from field178_shared.wire.protocol import MAX_BODY_BYTES, MAX_CHANGES


@pytest.mark.parametrize("bytes_a_second", [500, 3_750, 40_000, 10_000_000])
def test_batches_grow_to_the_capacity_of_the_line(bytes_a_second: int) -> None:
    size, slowest = BatchSize(), 0.0
    for _ in range(40):
        pushed_bytes = size.size_bytes
        seconds = pushed_bytes / bytes_a_second
        size, slowest = size.after(100, pushed_bytes, seconds), seconds
    carried = bytes_a_second * LONGEST_REQUEST_S
    assert slowest <= LONGEST_REQUEST_S
    assert size.size_bytes >= min(carried / 2, LARGEST_BYTES) * 0.99


def test_a_batch_begins_small_grows_and_stays_within_the_servers_limits() -> None:
    size = BatchSize()
    assert size.size_bytes == FIRST_BYTES == 64 << 10
    assert size.after(10, 100, 1.0).size_bytes == 4 * FIRST_BYTES
    assert size.after(10, 100, 7.0).size_bytes == 2 * FIRST_BYTES
    assert size.after(10, 100, 8.0).size_bytes == FIRST_BYTES
    for _ in range(30):
        size = size.after(10, 100, 0.1)
    assert (size.changes, size.size_bytes) == (MAX_CHANGES, LARGEST_BYTES)
    assert size.size_bytes < MAX_BODY_BYTES


def test_a_batch_never_gets_smaller_than_one_change() -> None:
    size = BatchSize()
    for _ in range(30):
        size = size.halved(1, 300)
    assert size.changes == 1
