"""Sizes of batches and waits between attempts."""

from __future__ import annotations

import random

import pytest

from field178_mobile.replication.backoff import (
    FIRST_BYTES,
    LARGEST_BYTES,
    LONGEST_REQUEST_S,
    Backoff,
    BatchSize,
)
from field178_shared.wire.protocol import MAX_BODY_BYTES, MAX_CHANGES


@pytest.mark.parametrize("bytes_a_second", [500, 3_750, 40_000, 10_000_000])
def test_batches_grow_to_what_the_line_carries_in_time(bytes_a_second: int) -> None:
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


def test_waits_are_jittered_over_a_doubling_span_and_reset() -> None:
    spans = []
    for seed in range(300):
        backoff = Backoff(random.Random(seed))
        spans.append([backoff.next_wait() for _ in range(12)])
    longest = [max(waits) for waits in zip(*spans, strict=True)]
    for number, wait in enumerate(longest):
        span = min(900.0, 2.0 * 2**number)
        assert span * 0.9 < wait <= span
    assert min(min(waits) for waits in zip(*spans, strict=True)) < 0.1
    backoff = Backoff(random.Random(1))
    waits = [backoff.next_wait() for _ in range(9)]
    backoff.reset()
    assert max(waits) > 2
    assert backoff.next_wait() <= 2


@pytest.mark.parametrize("retry_after_s", [0.0, 17.0, 3_600.0])
def test_the_servers_word_on_waiting_is_obeyed(retry_after_s: float) -> None:
    backoff = Backoff(random.Random(5))
    assert retry_after_s <= backoff.next_wait(retry_after_s) <= retry_after_s + 2
