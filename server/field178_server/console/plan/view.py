"""Views of the plan: filters of the address, states of planned visits, quotas against time, the calendar."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from flask import url_for

from field178_server.console.shell.links import FilterLink, with_query
from field178_server.console.shell.lists import FilterField
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.plan.progress import PlanReader
from field178_server.office.plan.queries import (
    OPEN,
    OPEN_STATES,
    PLANNED_STATES,
    ItemFilter,
    YearPlan,
)
from field178_server.office.plan.quotas import QuotaDone
from field178_shared.record_type import RecordType
from field178_shared.records.plan import PlanState, Quota, monthly_need
from field178_shared.text.formats import parse_whole_number
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

_LONGEST = 100
MONTHS = range(1, 13)
STATES: Mapping[PlanState, StateLabel] = {
    PlanState.MISSED: StateLabel(N_("Missed"), "bad", "alert"),
    PlanState.DUE: StateLabel(N_("Due now"), "warn", "clock"),
    PlanState.LATER: StateLabel(N_("Not due yet"), "", "next"),
    PlanState.DONE: StateLabel(N_("Carried out"), "ok", "check-circle"),
    PlanState.CANCELLED: StateLabel(N_("Cancelled"), "", "void"),
}


@dataclass(frozen=True, slots=True)
class PlanQuery:
    """The filters of an address: month, team, commune, type, state and days of planned visits."""

    year: int
    month: int = 0
    team: str = ""
    unit: str = ""
    type: str = ""
    state: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def read(cls, year: int, arguments: Mapping[str, str]) -> PlanQuery:
        """Read the filters; an invalid one has its default."""
        month, state = parse_whole_number(arguments.get("month", ""), 2) or 0, arguments.get("state", "")
        texts = {name: arguments.get(name, "")[:_LONGEST] for name in ("team", "unit", "type")}
        state = state if state in (OPEN, *PlanState) else ""
        days = {name: _day_text(arguments.get(name, "")) for name in ("since", "until")}
        return cls(year, month if month in MONTHS else 0, **texts, state=state, **days)

    @property
    def is_narrowed(self) -> bool:
        """Whether an empty list may hold more without its filters."""
        return self != PlanQuery(self.year)

    def filter(self) -> ItemFilter:
        """Return the filters for the query of the store."""
        since, until = (date.fromisoformat(day) if day else None for day in (self.since, self.until))
        return ItemFilter(self.year, self.month, self.team, self.unit, self.type, self.state, since, until)

    def href(self, page: int = 1) -> str:
        """Return the address of a page of the list."""
        parts = {name: getattr(self, name) for name in _PARAMETERS}
        query = {name: value for name, value in {**parts, "page": page if page > 1 else 0}.items() if value}
        return with_query(url_for("console.plan.year_page", year=self.year), urlencode(query))


_PARAMETERS = ("month", "team", "unit", "type", "state", "since", "until")


def _day_text(text: str) -> str:
    """Return a day of an address; None for an invalid one."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """A quota against time with its speed, and the visits that are needed a month from now on, None if none.

    `visits_href` opens the visits that were counted; "" where they are not all open to the reader.
    """

    quota: Quota
    done: int
    href: str
    visits_href: str
    speed: StateLabel
    need: int | None


@dataclass(frozen=True, slots=True)
class CalendarCell:
    """Counts of planned visits of a month and a team; month 0 is the year, team "" all teams."""

    month: int
    team_id: str
    counts: Counter[PlanState]

    @property
    def planned(self) -> int:
        """The number of planned visits without the cancelled ones."""
        return sum(self.counts[state] for state in PLANNED_STATES)


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """The year of a team."""

    title: str
    cells: tuple[CalendarCell, ...]
    total: CalendarCell


def state_labels(localizer: Localizer) -> dict[PlanState, StateLabel]:
    """Return the label of each state of a planned visit."""
    return {state: label.localized(localizer) for state, label in STATES.items()}


def state_links(query: PlanQuery, plan: YearPlan, localizer: Localizer) -> list[FilterLink]:
    """Return the states with their counts under the other filters."""
    others, say = query.filter(), localizer.say
    counts = Counter(visit.progress.state for visit in plan.items if others.takes(visit.item))
    every = [
        ("", say(N_("In the plan")), sum(counts[state] for state in PLANNED_STATES)),
        (OPEN, say(N_("Still to be made")), sum(counts[state] for state in OPEN_STATES)),
    ]
    every += [(state, say(STATES[state].text), counts[state]) for state in STATES]
    return [
        FilterLink(replace(query, state=state).href(), label, query.state == state, count)
        for state, label, count in every
    ]


def filters(query: PlanQuery, plan: YearPlan, localizer: Localizer) -> tuple[FilterField, ...]:
    """Return the filters beside the states with their values; options are those of the plan."""
    lists, items = localizer.lists, [visit.item for visit in plan.items]
    months = [(str(month), month_name(month, localizer)) for month in MONTHS]
    teams = _offered({item.team_id for item in items}, localizer.team)
    units = _offered({item.unit_id for item in items}, lambda unit_id: localizer.label(lists.units, unit_id))
    types = _offered(
        {item.establishment_type_id for item in items}, lambda type_id: localizer.label(lists.types, type_id)
    )
    say = localizer.say

    def named(path: str) -> str:
        return field_name(RecordType.PLAN_ITEM, path, localizer)

    return (
        FilterField("month", say(N_("Month")), str(query.month or ""), months),
        FilterField("team", named("team_id"), query.team, teams),
        FilterField("unit", named("unit_id"), query.unit, units),
        FilterField(
            "type", field_name(RecordType.PLAN_ITEM, "establishment_type_id", localizer), query.type, types
        ),
        FilterField("since", say(N_("Window from day")), query.since),
        FilterField("until", say(N_("Window to day")), query.until),
    )


def month_name(month: int, localizer: Localizer) -> str:
    """Return a month by its number."""
    return localizer.say(N_("Month {month}")).format(month=month)


def quota_lines(plan: YearPlan, reader: PlanReader, localizer: Localizer) -> list[QuotaLine]:
    """Return the quotas against time."""
    return [_quota_line(progress, plan.plan.year, localizer, reader) for progress in plan.quotas]


def visits_href(quota: Quota, year: int) -> str:
    """Return the address of the visits that count in a quota."""
    first, last = _days_of(quota, year)
    parameters = {
        "since": first.isoformat(),
        "until": last.isoformat(),
        "counted": "yes",
        "team": quota.team_id,
        "unit": quota.unit_id,
        "type": quota.establishment_type_id,
    }
    query = urlencode({name: value for name, value in parameters.items() if value})
    return with_query(url_for("console.filed_records.visits"), query)


def calendar(plan: YearPlan, localizer: Localizer) -> list[CalendarRow]:
    """Return the year of each team by month, and the year of all teams together."""
    teams = _offered({visit.item.team_id for visit in plan.items}, localizer.team)
    rows = [*teams, ("", localizer.say(N_("All teams")))] if len(teams) > 1 else teams

    def cell(month: int, team_id: str) -> CalendarCell:
        return CalendarCell(month, team_id, plan.counts(month, team_id))

    return [
        CalendarRow(title, tuple(cell(month, team_id) for month in MONTHS), cell(0, team_id))
        for team_id, title in rows
    ]


def _quota_line(progress: QuotaDone, year: int, localizer: Localizer, reader: PlanReader) -> QuotaLine:
    quota, done = progress.quota, progress.done
    query = PlanQuery(year, quota.month or 0, quota.team_id, quota.unit_id, quota.establishment_type_id)
    return QuotaLine(
        quota,
        done,
        href=query.href(),
        visits_href=visits_href(quota, year) if reader.reads_visits_of(quota) else "",
        speed=_speed(done, quota.count, _expected(quota, year, reader.today), localizer),
        need=None if quota.month else monthly_need(quota.count, done, year, reader.today),
    )


def _speed(done: int, count: int, expected: int, localizer: Localizer) -> StateLabel:
    say = localizer.say
    if done >= count:
        return StateLabel(say(N_("Reached")), "ok", "check-circle")
    if done >= expected:
        return StateLabel(say(N_("On pace")), "ok", "check")
    return StateLabel(
        say(N_("{count} behind")).format(count=localizer.number(expected - done)), "warn", "clock"
    )


def _expected(quota: Quota, year: int, today: date) -> int:
    """Return how many visits should be made by now, the day at hand not counted."""
    first, last = _days_of(quota, year)
    days = (last - first).days + 1
    return quota.count * min(max((today - first).days, 0), days) // days


def _days_of(quota: Quota, year: int) -> tuple[date, date]:
    first = date(year, quota.month or 1, 1)
    return first, date(year, quota.month or 12, monthrange(year, quota.month or 12)[1])


def _offered(ids: Iterable[str], name: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    return by_label((entry_id, name(entry_id)) for entry_id in ids if entry_id)
