"""Stops the clock of every process of the pictures: what is shown must not depend on how long a machine took.

Python imports this file by itself where its folder is on PYTHONPATH.
"""

from datetime import UTC, datetime

from field178_shared.time import clock

START = datetime(2025, 2, 11, 1, 0, tzinfo=UTC)


class StillClock:
    """Always tells the same instant."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        """Return the instant."""
        return self._instant


def stop(instant: datetime) -> None:
    """Give this process a clock that stands at an instant, whatever its environment says."""
    clock.clock_from_environment = lambda _environment: StillClock(instant)


stop(START)
