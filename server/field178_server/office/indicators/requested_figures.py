"""Requested figures: the year, period, plan and area that the arguments of a request name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from field178_server.accounts.officers import OfficerContext
from field178_server.office.indicators.areas import area_of, areas_seen, units_seen
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_server.records.access import AGGREGATES_ONLY
from field178_shared.codelists import CodeLists, TargetProfile
from field178_shared.indicators.plan_of_year import plan_followed
from field178_shared.indicators.reporting import PERIOD_NAMES, YearKind, named_period
from field178_shared.text.formats import parse_whole_number

WHOLE_YEAR = "year"
FIRST_YEAR, LAST_YEAR = 2015, 2100


@dataclass(frozen=True, slots=True)
class RequestedFigures:
    """Plan, period and area of the requested figures. `areas`: the areas that the officer may choose, by key.

    `is_external`: the officer reads aggregates only, in which small numbers are hidden. Such an officer has
    one kind of year and one area, because the difference of two may be a small number.
    """

    profile: TargetProfile
    year: int
    period_name: str
    kind: YearKind
    area_id: str
    areas: Mapping[str, tuple[str, ...]]
    question: FigureQuestion
    is_external: bool

    @property
    def is_rounded(self) -> bool:
        """Whether numbers are rounded down: for readers of aggregates, before the end of the year."""
        return self.is_external and self.question.is_unfinished


def read_requested_figures(
    arguments: Mapping[str, str], officer: OfficerContext, lists: CodeLists, today: date
) -> RequestedFigures:
    """Return the figures that arguments request; invalid arguments are replaced by defaults."""
    year = parse_whole_number(arguments.get("year", ""), 4) or today.year
    year = year if FIRST_YEAR <= year <= LAST_YEAR else today.year
    name = arguments.get("period", "")
    name = name if name in PERIOD_NAMES else WHOLE_YEAR
    is_external = lists.roles[officer.role].scope == AGGREGATES_ONLY
    is_of_report = arguments.get("calendar") == YearKind.REPORT and not is_external
    kind = YearKind.REPORT if is_of_report else YearKind.CALENDAR
    period = named_period(lists, year, name, kind)
    areas = areas_seen(officer.role, officer.scopes, lists, period.end - timedelta(days=1))
    area_id = arguments.get("area", "")
    units = areas[area_id] if area_id in areas else units_seen(areas)
    profile = lists.target_profiles.get(arguments.get("profile", "")) or plan_followed(lists, units, year)
    if area_id not in areas:
        area_id = area_of(profile, areas)
    question = FigureQuestion(lists, period, areas[area_id], today)
    return RequestedFigures(profile, year, name, kind, area_id, areas, question, is_external)
