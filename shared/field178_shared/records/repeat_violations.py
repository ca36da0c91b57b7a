"""Violations that earlier visits found at the same establishment: found again, they are repeated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from field178_shared.records.reading import Data, entries_of, instant_of, text_of
from field178_shared.time.clock import local_date

_LEAP_DAY = (2, 29)


def earlier_violations(visits: Iterable[Data], started_at: datetime | None) -> dict[str, date]:
    """Return the violations found within twelve months before a visit began: {violation: last found on}.

    `visits`: the visits to one establishment; those that began at the instant or after it do not count.
    """
    if started_at is None:
        return {}
    since = _year_before(local_date(started_at))
    found: dict[str, date] = {}
    for data in visits:
        began = instant_of(data, "started_at")
        if began is None or began >= started_at or (day := local_date(began)) < since:
            continue
        for finding in entries_of(data, "findings").values():
            violation = text_of(finding, "violation_id")
            found[violation] = max(day, found.get(violation, day))
    return found


def _year_before(day: date) -> date:
    if (day.month, day.day) == _LEAP_DAY:
        return day.replace(year=day.year - 1, day=28)
    return day.replace(year=day.year - 1)
