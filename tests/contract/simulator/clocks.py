"""One true time, and the tablets' clocks, each wrong in its own way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class TrueClock:
    """The server's clock; it moves when the world does something."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def pass_seconds(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


class WrongClock:
    """A tablet's clock: true time plus an error that may jump either way."""

    def __init__(self, true: TrueClock) -> None:
        self._true = true
        self.error = timedelta()

    def now(self) -> datetime:
        return self._true.now() + self.error
