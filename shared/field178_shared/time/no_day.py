"""Sentinel day of a date that is not set: the last day of the calendar, which sorts behind every other day.

Columns that are part of an order or of a key hold it in the place of NULL.
"""

from __future__ import annotations

from datetime import date

NO_DAY = date.max


def day_or_sentinel(day: date | None) -> date:
    """Return a day as it is stored and sorted: NO_DAY for None."""
    return NO_DAY if day is None else day


def day_or_none(stored: date | None) -> date | None:
    """Return a stored day: None for NO_DAY and for NULL."""
    return None if stored == NO_DAY else stored
