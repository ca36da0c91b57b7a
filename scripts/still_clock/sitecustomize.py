"""Fix the clock of every process of the pictures, so that they do not depend on the machine's speed.

Python imports this file by itself if its folder is on PYTHONPATH.
"""

import os
from datetime import UTC, datetime

from field178_shared.time import clock

START = datetime(2025, 2, 11, 1, 0, tzinfo=UTC)
# Another instant than START, for processes that are started with it.
SETTING = "FIELD178_STILL_AT"


class StillClock:
    """Clock that returns the instant set last in this process."""

    instant = START

    def now(self) -> datetime:
        """Return the instant."""
        return self.instant


def stop(instant: datetime) -> None:
    """Fix the clock of this process at an instant, whatever its environment variables are."""
    StillClock.instant = instant
    clock.clock_from_environment = lambda _environment: StillClock()


stop(datetime.fromisoformat(os.environ.get(SETTING, START.isoformat())))
