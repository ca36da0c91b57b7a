"""Stops the clock of every process of the pictures: what is shown must not depend on how long a machine took.

Python imports this file by itself where its folder is on PYTHONPATH.
"""

import os
from datetime import UTC, datetime

from field178_shared.time import clock

START = datetime(2025, 2, 11, 1, 0, tzinfo=UTC)
# Another instant than START, for processes that are started with it.
SETTING = "FIELD178_STILL_AT"


class StillClock:
    """Tells the instant at which this process's clock was stopped last."""

    instant = START

    def now(self) -> datetime:
        """Return the instant."""
        return self.instant


def stop(instant: datetime) -> None:
    """Give this process a clock that stands at an instant, whatever its environment says."""
    StillClock.instant = instant
    clock.clock_from_environment = lambda _environment: StillClock()


stop(datetime.fromisoformat(os.environ.get(SETTING, START.isoformat())))
