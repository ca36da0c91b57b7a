"""Points in 1e-7 degrees, their distance in metres, and the position of this tablet, measured when asked."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from field178_mobile.platform.api import Fix
from field178_shared.time.clock import Clock

_METRES_PER_UNIT = 111_320 / 10_000_000
AskFix = Callable[[Callable[[Fix | None], None]], None]
# Later than that the team may be at another establishment.
GOOD_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """A point in 1e-7 degrees."""

    lat: int
    lon: int


def metres_between(one: GeoPoint, other: GeoPoint) -> int:
    """Return the distance in metres; flat-earth, right to a metre inside a province."""
    shrink = math.cos(math.radians((one.lat + other.lat) / 2 / 10_000_000))
    north = (one.lat - other.lat) * _METRES_PER_UNIT
    east = (one.lon - other.lon) * _METRES_PER_UNIT * shrink
    return round(math.hypot(north, east))


def no_receiver(answer: Callable[[Fix | None], None]) -> None:
    """Answer nothing: a tablet whose position nobody asked for."""


class Whereabouts:
    """Asks the device, and keeps its last answer in memory alone."""

    def __init__(
        self, ask_fix: AskFix, clock: Clock, has_receiver: bool, map_folder: Path | None = None
    ) -> None:
        self._ask_fix = ask_fix
        self._clock = clock
        self._last: Fix | None = None
        self.has_receiver = has_receiver
        # Where the maps lie on which a person can show the place instead.
        self.map_folder = map_folder

    def ask(self, answer: Callable[[Fix | None], None]) -> None:
        """Measure once; None when there is no position."""

        def answered(fix: Fix | None) -> None:
            self._last = fix or self._last
            answer(fix)

        self._ask_fix(answered)

    def last(self) -> Fix | None:
        """Return an earlier measurement that may still be true."""
        last = self._last
        return last if last is not None and self._clock.now() - last.captured_at <= GOOD_FOR else None
