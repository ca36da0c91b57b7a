"""Countdown of a time limit in working days, in words."""

from __future__ import annotations

from datetime import date

from field178_shared.codelists.holidays import HolidayCalendar
from field178_shared.text.i18n import N_, translator
from field178_shared.time.working_days import working_days_until


def days_left_text(end: date, today: date, calendar: HolidayCalendar, language: str) -> str:
    """Return the number of working days left; "about" if a year on the way has undeclared days off."""
    say = translator(language, "shared")
    if end == today:
        return say(N_("ends today"))
    late, early, late_day = end < today, min(end, today), max(end, today)
    count = working_days_until(early, late_day, calendar)
    is_sure = calendar.knows(early) and calendar.knows(late_day)
    texts = {
        (False, True): N_("{count} working days left"),
        (False, False): N_("about {count} working days left"),
        (True, True): N_("{count} working days late"),
        (True, False): N_("about {count} working days late"),
    }
    return say(texts[late, is_sure]).format(count=count)
