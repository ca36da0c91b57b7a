"""The plan as plain values: filters of the address, planned visits, quotas against time, the calendar."""

from __future__ import annotations

from calendar import monthrange
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
from field178_server.office.plan.progress import PlannedVisit, PlanReader
from field178_server.office.plan.queries import (
    OPEN,
    OPEN_STATES,
    PLANNED_STATES,
    ItemFilter,
    ItemPage,
    YearPlan,
)
from field178_server.office.plan.quotas import QuotaDone
from field178_shared.records.plan import PlanState, Quota, monthly_need
from field178_shared.text.formats import parse_whole_number
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

_LONGEST = 100
MONTHS = range(1, 13)
STATES: Mapping[PlanState, tuple[str, str, str]] = {
    PlanState.MISSED: (N_("Missed"), "bad", "alert"),
    PlanState.DUE: (N_("Due now"), "warn", "clock"),
    PlanState.LATER: (N_("Not due yet"), "", "next"),
    PlanState.DONE: (N_("Carried out"), "ok", "check-circle"),
    PlanState.CANCELLED: (N_("Cancelled"), "", "void"),
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
        """Read the filters; what cannot be read is the default."""
        month, state = parse_whole_number(arguments.get("month", ""), 2) or 0, arguments.get("state", "")
        texts = {name: arguments.get(name, "")[:_LONGEST] for name in ("team", "unit", "type")}
        known = state if state in (OPEN, *PlanState) else ""
        days = {name: _day_text(arguments.get(name, "")) for name in ("since", "until")}
        return cls(year, month if month in MONTHS else 0, **texts, state=known, **days)

    @property
    def is_narrowed(self) -> bool:
        """Whether an empty list may hold more without its filters."""
        return self != PlanQuery(self.year)

    def filter(self) -> ItemFilter:
        """Return the filters as the query takes them."""
        since, until = (date.fromisoformat(day) if day else None for day in (self.since, self.until))
        return ItemFilter(self.year, self.month, self.team, self.unit, self.type, self.state, since, until)

    def href(self, page: int = 1) -> str:
        """Return the address of a page of the list."""
        parts = {name: getattr(self, name) for name in _PARAMETERS}
        told = {name: value for name, value in {**parts, "page": page if page > 1 else 0}.items() if value}
        return with_query(url_for("console.plan.year_page", year=self.year), urlencode(told))


_PARAMETERS = ("month", "team", "unit", "type", "state", "since", "until")


def _day_text(text: str) -> str:
    """Return a day of an address; what is none is no day."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A planned visit in words."""

    href: str
    title: str
    kind: str
    place: str
    team: str
    window: str
    state: StateLabel
    is_early: bool
    visit_href: str | None


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """A quota against time: what of it was done, what should be by now, what is needed from now on.

    `visits_href` opens the visits that were counted; "" where they are not all open to the reader.
    """

    title: str
    detail: str
    href: str
    visits_href: str
    done: int
    wanted: int
    figures: str
    speed: StateLabel
    need: str


@dataclass(frozen=True, slots=True)
class CalendarCell:
    """A month of a team: planned visits, and how many of them are done, missed and due."""

    done: CellNumber
    planned: CellNumber
    words: tuple[CellNumber, ...]


@dataclass(frozen=True, slots=True)
class CellNumber:
    """A number of the calendar with the list of its visits."""

    text: str
    label: str
    href: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A team's year."""

    title: str
    cells: tuple[CalendarCell | None, ...]
    total: CalendarCell | None


def state_word(state: PlanState, localizer: Localizer) -> StateLabel:
    """Return what became of a planned visit."""
    text, tone, sign = STATES[state]
    return StateLabel(localizer.say(text), tone, sign)


def window_text(first: date, last: date, localizer: Localizer) -> str:
    """Return a window: a whole month by its name, a day, or both ends."""
    if (first.day, first.month) == (1, last.month) and is_last_day(last):
        return localizer.say(N_("Month {month}/{year}")).format(month=first.month, year=first.year)
    if first == last:
        return localizer.day(first)
    return f"{localizer.day(first)} – {localizer.day(last)}"


def is_last_day(day: date) -> bool:
    """Tell whether a day is the last of its month."""
    return day.day == monthrange(day.year, day.month)[1]


def state_links(query: PlanQuery, plan: YearPlan, localizer: Localizer) -> list[FilterLink]:
    """Return the states with their counts under the other filters."""
    wanted = query.filter()
    counts: dict[str, int] = {}
    for one in plan.items:
        if wanted.takes(one.item):
            counts[one.progress.state] = counts.get(one.progress.state, 0) + 1
    say = localizer.say
    every = [
        ("", say(N_("In the plan")), sum(counts.get(state, 0) for state in PLANNED_STATES)),
        (OPEN, say(N_("Still to be made")), sum(counts.get(state, 0) for state in OPEN_STATES)),
    ]
    every += [(state, say(STATES[state][0]), counts.get(state, 0)) for state in STATES]
    return [
        FilterLink(replace(query, state=state).href(), label, query.state == state, count)
        for state, label, count in every
    ]


def filters(query: PlanQuery, plan: YearPlan, localizer: Localizer) -> tuple[FilterField, ...]:
    """Return the filters beside the states, with what is chosen; they offer what the plan holds."""
    lists, items = localizer.lists, [one.item for one in plan.items]
    months = [(str(month), month_name(month, localizer)) for month in MONTHS]
    teams = _offered({item.team_id for item in items}, localizer.team)
    units = _offered({item.unit_id for item in items}, lambda one: localizer.label(lists.units, one))
    types = _offered(
        {item.establishment_type_id for item in items}, lambda one: localizer.label(lists.types, one)
    )
    say = localizer.say

    def named(path: str) -> str:
        return field_name("plan_item", path, localizer)

    return (
        FilterField("month", say(N_("Month")), str(query.month or ""), months),
        FilterField("team", named("team_id"), query.team, teams),
        FilterField("unit", named("unit_id"), query.unit, units),
        FilterField("type", field_name("plan_item", "establishment_type_id", localizer), query.type, types),
        FilterField("since", say(N_("Window from day")), query.since),
        FilterField("until", say(N_("Window to day")), query.until),
    )


def month_name(month: int, localizer: Localizer) -> str:
    """Return a month by its number."""
    return localizer.say(N_("Month {month}")).format(month=month)


def item_lines(page: ItemPage, localizer: Localizer) -> tuple[ItemLine, ...]:
    """Return the planned visits of a page in words."""
    return tuple(item_line(one, localizer) for one in page.rows)


def item_line(one: PlannedVisit, localizer: Localizer) -> ItemLine:
    """Return a planned visit in words."""
    item, lists = one.item, localizer.lists
    unit = localizer.label(lists.units, item.unit_id) if item.unit_id else ""
    kind = localizer.label(lists.types, item.establishment_type_id) if item.establishment_type_id else ""
    visit = one.progress.visit_id
    return ItemLine(
        href=url_for("console.plan.item", item_id=item.id),
        title=kind if item.is_open else localizer.establishment(item.establishment_id),
        kind=localizer.choice("inspection_kind", item.kind),
        place=unit if item.is_open else " · ".join(part for part in (kind, unit) if part),
        team=localizer.team(item.team_id),
        window=window_text(item.window_from, item.window_to, localizer),
        state=state_word(one.progress.state, localizer),
        is_early=one.is_early,
        visit_href=url_for("console.reviews.detail", record_id=visit) if visit else None,
    )


def quota_lines(plan: YearPlan, localizer: Localizer, reader: PlanReader) -> tuple[QuotaLine, ...]:
    """Return the quotas against time."""
    return tuple(_quota_line(one, plan.plan.year, localizer, reader) for one in plan.quotas)


def visits_href(quota: Quota, year: int) -> str:
    """Return the address of the visits that count in a quota."""
    first, last = _days_of(quota, year)
    told = {
        "since": first.isoformat(),
        "until": last.isoformat(),
        "counted": "yes",
        "team": quota.team_id,
        "unit": quota.unit_id,
        "type": quota.establishment_type_id,
    }
    query = urlencode({name: value for name, value in told.items() if value})
    return with_query(url_for("console.filed.visits"), query)


def quota_title(quota: Quota, localizer: Localizer) -> tuple[str, str]:
    """Return what a quota wants: its kind of establishment, and the rest."""
    lists = localizer.lists
    title = (
        localizer.label(lists.types, quota.establishment_type_id)
        if quota.establishment_type_id
        else localizer.say(N_("All kinds"))
    )
    parts = [localizer.label(lists.units, quota.unit_id)] if quota.unit_id else []
    parts += [localizer.team(quota.team_id)] if quota.team_id else []
    parts += [month_name(quota.month, localizer)] if quota.month else []
    return title, " · ".join(parts) or localizer.say(N_("Whole area, whole year"))


def calendar(plan: YearPlan, localizer: Localizer) -> tuple[CalendarRow, ...]:
    """Return the year of each team by month, and that of all teams together."""
    teams = _offered({one.item.team_id for one in plan.items}, localizer.team)
    rows = [_calendar_row(team_id, name, plan, localizer) for team_id, name in teams]
    if len(rows) > 1:
        rows.append(_calendar_row("", localizer.say(N_("All teams")), plan, localizer))
    return tuple(rows)


def _calendar_row(team_id: str, title: str, plan: YearPlan, localizer: Localizer) -> CalendarRow:
    cells = tuple(_cell(plan, month, team_id, localizer) for month in MONTHS)
    return CalendarRow(title, cells, _cell(plan, 0, team_id, localizer))


def _cell(plan: YearPlan, month: int, team_id: str, localizer: Localizer) -> CalendarCell | None:
    counts = plan.counts(month, team_id)
    planned, done = sum(counts[state] for state in PLANNED_STATES), counts[PlanState.DONE]
    if not planned:
        return None
    say, query = localizer.say, PlanQuery(plan.plan.year, month, team_id)
    words = [
        CellNumber(say(text).format(count=counts[state]), "", replace(query, state=state).href(), tone)
        for state, text, tone in (
            (PlanState.MISSED, N_("{count} missed"), "bad"),
            (PlanState.DUE, N_("{count} due"), ""),
        )
        if counts[state]
    ]
    done_href = replace(query, state=PlanState.DONE).href()
    return CalendarCell(
        CellNumber(localizer.number(done), say(N_("carried out")), done_href),
        CellNumber(localizer.number(planned), say(N_("planned")), query.href()),
        tuple(words),
    )


def _quota_line(one: QuotaDone, year: int, localizer: Localizer, reader: PlanReader) -> QuotaLine:
    quota, done, today = one.quota, one.done, reader.today
    title, detail = quota_title(quota, localizer)
    expected = _expected(quota, year, today)
    number = localizer.number
    need = None if quota.month else monthly_need(quota.count, done, year, today)
    return QuotaLine(
        title=title,
        detail=detail,
        href=PlanQuery(
            year, quota.month or 0, quota.team_id, quota.unit_id, quota.establishment_type_id
        ).href(),
        visits_href=visits_href(quota, year) if reader.reads_visits_of(quota) else "",
        done=min(done, quota.count),
        wanted=quota.count,
        figures=localizer.say(N_("{done} of {wanted}")).format(done=number(done), wanted=number(quota.count)),
        speed=_speed(done, quota.count, expected, localizer),
        need=localizer.say(N_("{count} a month from now on")).format(count=number(need)) if need else "",
    )


def _speed(done: int, wanted: int, expected: int, localizer: Localizer) -> StateLabel:
    say = localizer.say
    if done >= wanted:
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
    return by_label((one, name(one)) for one in ids if one)
