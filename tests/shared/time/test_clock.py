import time
from datetime import UTC, date, datetime, timedelta

import pytest

from field178_shared.time.clock import (
    ShiftedClock,
    SystemClock,
    clock_from_environment,
    duration_clock,
    from_wire,
    local_date,
    to_wire,
)


def test_times_survive_the_wire_to_the_millisecond() -> None:
    at = datetime(2025, 3, 11, 1, 2, 3, 45_000, tzinfo=UTC)
    assert to_wire(at) == "2025-03-11T01:02:03.045Z"
    assert from_wire(to_wire(at)) == at
    assert to_wire(at.replace(microsecond=0)) == "2025-03-11T01:02:03Z"


def test_a_text_that_is_no_utc_time_is_none() -> None:
    for text in (
        "",
        "2025-03-11",
        "2025-03-11T01:02:03+07:00",
        "2025-13-11T01:02:03Z",
        "2025-03-11 01:02:03Z",
    ):
        assert from_wire(text) is None


def test_the_local_date_is_that_of_viet_nam() -> None:
    assert local_date(datetime(2025, 6, 30, 17, 0, tzinfo=UTC)) == date(2025, 7, 1)


@pytest.mark.skipif(
    not hasattr(time, "CLOCK_BOOTTIME"), reason="this system counts its sleep, or does not sleep"
)
def test_a_duration_counts_the_time_that_the_device_slept(monkeypatch: pytest.MonkeyPatch) -> None:
    slept = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    monkeypatch.setattr(
        time, "clock_gettime", lambda which: slept[0] if which == time.CLOCK_BOOTTIME else 0.0
    )
    before = duration_clock()
    slept[0] += 3600
    assert duration_clock() - before == 3600


def test_shifted_clock_starts_at_the_given_instant_and_ticks() -> None:
    clock = clock_from_environment({"FIELD178_CLOCK_START": "2025-03-11T08:00:00+07:00"})
    assert isinstance(clock, ShiftedClock)
    first = clock.now()
    assert timedelta(0) <= first - datetime(2025, 3, 11, 1, tzinfo=UTC) < timedelta(minutes=1)
    assert clock.now() >= first
    assert isinstance(clock_from_environment({}), SystemClock)
