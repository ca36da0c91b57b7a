"""Waits between attempts."""

from __future__ import annotations

import random

import pytest

from field178_mobile.replication.backoff import Backoff


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
