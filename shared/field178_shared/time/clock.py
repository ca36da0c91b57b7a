"""The only reader of a clock. Times are aware UTC; clocks are data, never order."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

_SLEEPING: int | None = getattr(time, "CLOCK_BOOTTIME", None)
VIETNAM = timezone(timedelta(hours=7), "+07")


class Clock(Protocol):
    """Gives the present instant."""

    def now(self) -> datetime:
        """Return the instant as an aware UTC datetime."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's instant in UTC."""
        return datetime.now(UTC)


class ShiftedClock:
    """A clock that starts at `start` and ticks (demo, drills)."""

    def __init__(self, start: datetime, base: Clock) -> None:
        self._base = base
        self._offset = start.astimezone(UTC) - base.now()

    def now(self) -> datetime:
        """Return the shifted instant in UTC."""
        return self._base.now() + self._offset


def clock_from_environment(environment: Mapping[str, str]) -> Clock:
    """Return the system clock, or one shifted to FIELD178_CLOCK_START (RFC 3339) for the whole process."""
    text = environment.get("FIELD178_CLOCK_START", "")
    if not text:
        return SystemClock()
    return ShiftedClock(datetime.fromisoformat(text), SystemClock())


def duration_clock() -> float:
    """Return seconds of a clock that is never set and counts the device's sleep, for durations only."""
    # The usual one stops while a Linux or Android device sleeps: an unused tablet would never lock.
    return time.monotonic() if _SLEEPING is None else time.clock_gettime(_SLEEPING)


@functools.lru_cache(maxsize=64)  # one exchange writes the same instant hundreds of times
def to_wire(instant: datetime) -> str:
    """Return an instant as RFC 3339 UTC with "Z", and with milliseconds unless they are zero."""
    utc = instant.astimezone(UTC)
    text = utc.strftime("%Y-%m-%dT%H:%M:%S")
    milliseconds = utc.microsecond // 1000
    return f"{text}.{milliseconds:03d}Z" if milliseconds else f"{text}Z"


def from_wire(text: str) -> datetime | None:
    """Return the instant of an RFC 3339 UTC text with "Z", or None for other texts."""
    if not (20 <= len(text) <= 35 and text.endswith("Z") and text[10] == "T"):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def local_date(instant: datetime) -> date:
    """Return the calendar date in Việt Nam (UTC+7) of an instant."""
    return instant.astimezone(VIETNAM).date()


def start_of_day(day: date) -> datetime:
    """Return the instant at which a calendar date begins in Việt Nam."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM).astimezone(UTC)
