"""The calendar of reports: what an agency sends, to whom, and the next day on which it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.holidays import HolidayCalendar
from field178_shared.codelists.reports import Submission
from field178_shared.time.working_days import next_working_day


@dataclass(frozen=True, slots=True)
class ReportDue:
    """The next due day of one kind of report between agencies that exist on the day of the question."""

    kind: str
    senders: tuple[str, ...]
    receivers: tuple[str, ...]
    due_on: date


def reports_due(lists: CodeLists, today: date, sender: str | None = None) -> list[ReportDue]:
    """Return the reports of an agency by due day; no sender named: those of every agency."""
    dues = [
        due
        for chain in lists.submission_chains.values()
        for link in chain
        for due in _dues_of(link, lists, today)
    ]
    mine = [due for due in dues if sender is None or sender in due.senders]
    return sorted(mine, key=lambda due: (due.due_on, due.kind, due.senders))


def next_day(day_and_month: str, today: date, holidays: HolidayCalendar) -> date:
    """Return the next working day on which a day text `dd/mm` falls due, today included."""
    day, month = (int(part) for part in day_and_month.split("/"))
    this_year = next_working_day(date(today.year, month, day), holidays)
    return this_year if this_year >= today else next_working_day(date(today.year + 1, month, day), holidays)


def _dues_of(link: Submission, lists: CodeLists, today: date) -> list[ReportDue]:
    there = lists.agencies.on(today)
    senders = tuple(agency for agency in link.senders if agency in there)
    receivers = tuple(agency for agency in link.receivers if agency in there)
    if not senders or not receivers:
        return []
    return [
        ReportDue(kind, senders, receivers, next_day(day, today, lists.holidays))
        for kind, day in link.due.items()
    ]
