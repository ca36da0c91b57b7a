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
from field178_server.console.text.figure_periods import PERIODS, YEAR_KINDS, areas_in_words
from field178_server.console.text.localize import Localizer
from field178_server.office.indicators.asked import WHOLE_YEAR, asked_figures
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_shared.codelists import TargetProfile
from field178_shared.indicators.plan_of_year import plan_beside
from field178_shared.indicators.reporting import PERIOD_NAMES, YearKind
from field178_shared.text.i18n import N_


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
            "period": "" if self.period_name == WHOLE_YEAR else self.period_name,
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

    @property
    def export_href(self) -> str:
        """The address of the form that writes the same figures into a file."""
        return self.href("console.exports", profile="", beside="", what="figures")

    def filters(self, localizer: Localizer) -> Sequence[FilterField]:
        """Return the filters of the page."""
        say, lists = localizer.say, localizer.lists
        plans = [(one.id, one.label(localizer.language)) for one in lists.target_profiles.values()]
        now, whole_year = self.question.today.year, PERIODS[WHOLE_YEAR]
        years = [str(one) for one in range(max(self.year, now), min(self.year, now - 3) - 1, -1)]
        calendar = FilterField(
            "calendar",
            say(N_("Year begins")),
            "" if self.kind is YearKind.CALENDAR else self.kind,
            [(YearKind.REPORT, say(YEAR_KINDS[YearKind.REPORT]))],
            say(YEAR_KINDS[YearKind.CALENDAR]),
        )
        return (
            FilterField("year", say(N_("Year")), str(self.year), _plain(years), say(N_("This year"))),
            FilterField(
                "period",
                say(N_("Period")),
                self.period_name if self.period_name != WHOLE_YEAR else "",
                [(name, say(PERIODS[name])) for name in PERIOD_NAMES if name != WHOLE_YEAR],
                say(whole_year),
            ),
            *(() if self.is_from_above else (calendar,)),
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
    asked = asked_figures(arguments, officer, lists, today)
    wanted = arguments.get("beside", "")
    beside = lists.target_profiles.get(wanted) if wanted else plan_beside(lists, asked.profile, asked.year)
    return FigureAddress(
        asked.profile,
        beside if beside is not asked.profile else None,
        asked.year,
        asked.period_name,
        asked.kind,
        asked.area_id,
        asked.question,
        asked.is_from_above,
        areas_in_words(asked.areas, localizer),
    )


def _plain(texts: Sequence[str]) -> Sequence[tuple[str, str]]:
    return [(one, one) for one in texts]
