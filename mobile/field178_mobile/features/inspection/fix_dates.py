"""Deadlines of shortcomings: dates to offer, a date with its weekday, and a hint about it."""

from __future__ import annotations

from datetime import date

from field178_mobile.presentation.wording import Option, Wording
from field178_shared.codelists import CodeLists
from field178_shared.text.formats import date_text, short_date_text, weekday_name, weekday_short
from field178_shared.time.working_days import add_working_days, end_of_limit, next_working_day

DEFAULT = "fix_default"
WORKING_DAYS = ("3", "5", "10", "20")


def day_or_none(iso: str) -> date | None:
    """Return the day of an ISO date, or None for ""."""
    return date.fromisoformat(iso) if iso else None


def end_of_offer(offer: str, visit_day: date, lists: CodeLists) -> date:
    """Return the end of an offer: a number of working days, or the default limit of the lists."""
    if offer != DEFAULT:
        return add_working_days(visit_day, int(offer), lists.holidays)
    # A default limit that is not in days gives the day of the visit, for the officer to correct.
    return end_of_limit(lists.deadlines.version(DEFAULT, visit_day), visit_day, lists.holidays) or visit_day


def offers(visit_day: date, due: date | None, words: Wording) -> tuple[Option, ...]:
    """Return due days to choose by tap, each with its weekday; the default limit is last."""
    options = []
    for offer in (*WORKING_DAYS, DEFAULT):
        end = end_of_offer(offer, visit_day, words.lists)
        label = f"{_span(offer, visit_day, words)} · {short_day(end, visit_day, words)}"
        options.append(Option(offer, label, end == due))
    return tuple(options)


def suggestions(visit_day: date, words: Wording) -> tuple[tuple[str, str], ...]:
    """Return the same offers as (words, ISO date) for the date sheet."""
    return tuple(
        (option.label, end_of_offer(option.id, visit_day, words.lists).isoformat())
        for option in offers(visit_day, None, words)
    )


def short_day(day: date, visit_day: date, words: Wording) -> str:
    """Return a date as on a chip, "T6 04/12", with its year if it differs."""
    text = short_date_text(day) if day.year == visit_day.year else date_text(day)
    return f"{weekday_short(day, words.language)} {text}"


def long_day(day: date, words: Wording) -> str:
    """Return a date in full: "Thứ Sáu, 04/12/2026"."""
    return f"{weekday_name(day, words.language)}, {date_text(day)}"


def soft_word(due: date, visit_day: date, words: Wording) -> str:
    """Return the hint about a date; it blocks nothing."""
    if due < visit_day:
        return words.translate("This is before the day of the visit.")
    return " ".join(text for text in (_day_off(due, words), unknown_year(due, words)) if text)


def unknown_year(day: date, words: Wording) -> str:
    """Return the text about a year without declared days off, "" if they are in the lists."""
    if words.lists.holidays.knows(day):
        return ""
    return words.say(
        "The days off of {year} are not in the list yet: only weekends and fixed holidays are left out.",
        year=day.year,
    )


def _day_off(due: date, words: Wording) -> str:
    calendar = words.lists.holidays
    if calendar.is_worked(due):
        return ""
    following = long_day(next_working_day(due, calendar), words)
    holiday = calendar.holiday_on(due)
    if holiday is None:
        return words.say(
            "{weekday} is a day off. The next working day: {day}.",
            weekday=weekday_name(due, words.language),
            day=following,
        )
    return words.say(
        "{holiday} is a day off. The next working day: {day}.",
        holiday=holiday.label(words.language),
        day=following,
    )


def _span(offer: str, visit_day: date, words: Wording) -> str:
    if offer != DEFAULT:
        return words.say("{count} working days", count=offer)
    limit = words.lists.deadlines.version(DEFAULT, visit_day)
    if limit.unit == "working_days":
        return words.say("{count} working days", count=limit.amount)
    return words.say("{count} days", count=limit.amount)
