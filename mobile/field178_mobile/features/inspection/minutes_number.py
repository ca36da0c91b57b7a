"""Numbers of minutes: taken from the blocks that this tablet leases per team and year."""

from __future__ import annotations

from field178_mobile.store import Store
from field178_shared.records.reading import Data, instant_of, text_of
from field178_shared.time.clock import local_date


def take_number(store: Store, record_id: str, data: Data) -> str:
    """Return the number of a visit's minutes, assigning a new number if needed; "" if none is left."""
    year = _year_of(data)
    return "" if year is None else store.minutes_numbers.take(record_id, _series_of(data), year)


def numbers_left(store: Store, data: Data) -> int:
    """Return the number of minutes numbers left here for this visit's team and year."""
    year = _year_of(data)
    return 0 if year is None else store.minutes_numbers.left(_series_of(data), year)


def _series_of(data: Data) -> str:
    return f"team:{text_of(data, 'team_id')}"


def _year_of(data: Data) -> int | None:
    started = instant_of(data, "started_at")
    return None if started is None else local_date(started).year
