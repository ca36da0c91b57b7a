"""What an address asks of the indicators, and what of it the officer may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import url_for

from field178_server.accounts.officers import OfficerContext
from field178_server.console.shell.links import with_query
from field178_server.console.shell.lists import FilterField
from field178_server.console.text.localize import Localizer
from field178_server.office.indicators.areas import OWN_AREA, area_of, areas_seen, units_seen
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_server.records.access import AGGREGATES_ONLY
from field178_shared.codelists import TargetProfile
from field178_shared.indicators.plan_of_year import plan_beside, plan_followed
from field178_shared.indicators.reporting import PERIOD_NAMES, YearKind, named_period
from field178_shared.text.formats import parse_whole_number
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

_YEARS = (2015, 2100)
_PERIODS = {
    "year": N_("Whole year"),
    "half1": N_("First half"),
    "half2": N_("Second half"),
    "quarter1": N_("Quarter 1"),
    "quarter2": N_("Quarter 2"),
    "quarter3": N_("Quarter 3"),
    "quarter4": N_("Quarter 4"),
}
_KINDS = {
    YearKind.CALENDAR: N_("Calendar year"),
    YearKind.REPORT: N_("Reporting year (15 December to 14 December)"),
}


@dataclass(frozen=True, slots=True)
class FigureAddress:
    """The figures that an address asks for; `beside` is a second plan whose targets stand beside the first's.

    `is_from_above`: the reader sees roll-ups in which numbers of a few are hidden.
    """

    profile: TargetProfile
    beside: TargetProfile | None
    year: int
    period_name: str
    kind: YearKind
    area_id: str
    question: FigureQuestion
    is_from_above: bool
    areas: Sequence[tuple[str, str]]

    @property
    def parameters(self) -> Mapping[str, str]:
        """What a link to the same figures names."""
        return {
            "year": str(self.year),
            "period": "" if self.period_name == "year" else self.period_name,
            "calendar": "" if self.kind is YearKind.CALENDAR else self.kind,
            "profile": self.profile.id,
            "beside": self.beside.id if self.beside else "none",
            "area": self.area_id,
        }

    def href(self, endpoint: str = "console.indicators", *path: str, **changed: str) -> str:
        """Return the address of a page for the same figures; `path`: the indicator."""
        named = {"indicator_id": path[0]} if path else {}
        given = {**self.parameters, **changed}
        query = urlencode([(name, text) for name, text in given.items() if text])
        return with_query(url_for(endpoint, **named), query)  # type: ignore[arg-type]  # words alone

    def filters(self, localizer: Localizer) -> Sequence[FilterField]:
        """Return the filters of the page."""
        say, lists = localizer.say, localizer.lists
        plans = [(one.id, one.label(localizer.language)) for one in lists.target_profiles.values()]
        now, whole_year = self.question.today.year, _PERIODS["year"]
        years = [str(one) for one in range(max(self.year, now), min(self.year, now - 3) - 1, -1)]
        return (
            FilterField("year", say(N_("Year")), str(self.year), _plain(years), say(N_("This year"))),
            FilterField(
                "period",
                say(N_("Period")),
                self.period_name if self.period_name != "year" else "",
                [(name, say(_PERIODS[name])) for name in PERIOD_NAMES if name != "year"],
                say(whole_year),
            ),
            FilterField(
                "calendar",
                say(N_("Year begins")),
                "" if self.kind is YearKind.CALENDAR else self.kind,
                [(YearKind.REPORT, say(_KINDS[YearKind.REPORT]))],
                say(_KINDS[YearKind.CALENDAR]),
            ),
            FilterField(
                "profile", say(N_("Targets of")), self.profile.id, plans, say(N_("Plan of the year"))
            ),
            FilterField(
                "beside",
                say(N_("Beside it")),
                self.beside.id if self.beside else "none",
                [*plans, ("none", say(N_("No other plan")))],
                say(N_("Chosen by the year")),
            ),
            FilterField("area", say(N_("Area")), self.area_id, self.areas, say(N_("Area of the plan"))),
        )

    def period_text(self, localizer: Localizer) -> str:
        """Return the period with its days."""
        period = self.question.period
        return localizer.say(N_("{first} to {last}")).format(
            first=localizer.day(period.first), last=localizer.day(period.end - timedelta(days=1))
        )

    def area_text(self, localizer: Localizer) -> str:
        """Return what the area is called."""
        return dict(self.areas).get(self.area_id, self.area_id)


def read_address(
    arguments: Mapping[str, str], officer: OfficerContext, localizer: Localizer, today: date
) -> FigureAddress:
    """Read an address; whatever it cannot mean is the default, an area that is not seen is not shown."""
    lists = localizer.lists
    least, most = _YEARS
    year = parse_whole_number(arguments.get("year", ""), 4) or today.year
    year = year if least <= year <= most else today.year
    name = arguments.get("period", "")
    name = name if name in PERIOD_NAMES else "year"
    kind = YearKind.REPORT if arguments.get("calendar") == YearKind.REPORT else YearKind.CALENDAR
    period = named_period(lists, year, name, kind)
    profiles = lists.target_profiles
    areas = areas_seen(officer.role, officer.scopes, lists, period.end - timedelta(days=1))
    area_id = arguments.get("area", "")
    units = areas[area_id] if area_id in areas else units_seen(areas)
    profile = profiles.get(arguments.get("profile", "")) or plan_followed(lists, units, year)
    wanted = arguments.get("beside", "")
    beside = profiles.get(wanted) if wanted else plan_beside(lists, profile, year)
    if area_id not in areas:
        area_id = area_of(profile, areas)
    return FigureAddress(
        profile,
        beside if beside is not profile else None,
        year,
        name,
        kind,
        area_id,
        FigureQuestion(lists, period, areas[area_id], today),
        lists.roles[officer.role].scope == AGGREGATES_ONLY,
        _named(areas, localizer),
    )


def _named(areas: Mapping[str, tuple[str, ...]], localizer: Localizer) -> Sequence[tuple[str, str]]:
    lists = localizer.lists
    own = [(one, localizer.say(N_("Your communes"))) for one in areas if one == OWN_AREA]
    groups = [(one, localizer.label(lists.unit_groups, one)) for one in areas if one in lists.unit_groups]
    units = by_label((one, localizer.label(lists.units, one)) for one in areas if one in lists.units)
    return [*own, *groups, *units]


def _plain(texts: Sequence[str]) -> Sequence[tuple[str, str]]:
    return [(one, one) for one in texts]
