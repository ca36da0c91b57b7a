"""Format of instants on the screens, and the time zone offset stored with a visit's times."""

from __future__ import annotations

from datetime import datetime

from field178_shared.text.formats import short_date_text, time_text
from field178_shared.time.clock import local_date

TZ_OFFSET = "+07:00"


def moment_text(instant: datetime, now: datetime) -> str:
    """Return a time as hh:mm for today, dd/mm hh:mm for another day."""
    if local_date(instant) == local_date(now):
        return time_text(instant)
    return f"{short_date_text(instant)} {time_text(instant)}"
