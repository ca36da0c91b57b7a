"""The day at the right of a row: short, and never mistaken for one of another year."""

from __future__ import annotations

from datetime import date, datetime

from field178_shared.clock import local_date
from field178_shared.formats import date_text, short_date_text


def row_day(day: date | datetime, today: date) -> str:
    """Return dd/mm of a day of this year, mm/yyyy of any other."""
    local = local_date(day) if isinstance(day, datetime) else day
    return short_date_text(local) if local.year == today.year else date_text(local)[3:]
