"""Position of this tablet, measured on request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from field178_mobile.platform.api import Fix
from field178_shared.records.points import GeoPoint as GeoPoint
from field178_shared.records.points import metres_between as metres_between
from field178_shared.time.clock import Clock

AskFix = Callable[[Callable[[Fix | None], None]], None]
# Later than that the team may be at another establishment.
GOOD_FOR = timedelta(minutes=30)


def no_receiver(answer: Callable[[Fix | None], None]) -> None:
    """Position service of a tablet without receiver: never answers."""


class Whereabouts:
    """Requests the position from the device, and keeps the last position in memory only."""

    def __init__(
        self, ask_fix: AskFix, clock: Clock, has_receiver: bool, map_folder: Path | None = None
    ) -> None:
        self._ask_fix = ask_fix
        self._clock = clock
        self._last: Fix | None = None
        self.has_receiver = has_receiver
        # Folder of the maps on which the officer can choose the place instead.
        self.map_folder = map_folder

    def ask(self, answer: Callable[[Fix | None], None]) -> None:
        """Measure the position once; None without a position."""

        def answered(fix: Fix | None) -> None:
            self._last = fix or self._last
            answer(fix)

        self._ask_fix(answered)

    def last(self) -> Fix | None:
        """Return the last measurement if it is recent enough."""
        last = self._last
        return last if last is not None and self._clock.now() - last.captured_at <= GOOD_FOR else None
