"""The day of today for the widgets that offer it: by the clock of the tablet, which a demo may shift."""

from __future__ import annotations

from datetime import date

from field178_shared.time.clock import Clock, SystemClock, local_date


class Today:
    """today() returns the local date."""

    def __init__(self) -> None:
        self._clock: Clock = SystemClock()

    def serve(self, clock: Clock) -> None:
        """Set the clock."""
        self._clock = clock

    def __call__(self) -> date:
        """Return the local date."""
        return local_date(self._clock.now())


today = Today()
