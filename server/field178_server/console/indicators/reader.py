"""What an address asks of the indicators, and what of it the officer may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import url_for

from field178_server.accounts.officers import OfficerContext
from field178_server.console.components.figure_periods import areas_in_words
from field178_server.console.records.figure_filters import area_filter, period_filters
from field178_server.console.shell.links import with_query
from field178_server.console.shell.lists import FilterField
from field178_server.console.text.localize import Localizer
from field178_server.office.indicators.asked import WHOLE_YEAR, AskedFigures, asked_figures
from field178_shared.codelists import TargetProfile
from field178_shared.indicators.plan_of_year import plan_beside
from field178_shared.indicators.reporting import YearKind
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureAddress(AskedFigures):
    """The figures that an address asks for; `beside` is a second plan, whose targets stand beside."""

    beside: TargetProfile | None

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

    def href(self, endpoint: str = "console.indicators.index", *path: str, **changed: str) -> str:
        """Return the address of a page for the same figures; `path`: the indicator."""
        named = {"indicator_id": path[0]} if path else {}
        given = {**self.parameters, **changed}
        query = urlencode([(name, text) for name, text in given.items() if text])
        return with_query(url_for(endpoint, **named), query)  # type: ignore[arg-type]  # words alone

    @property
    def export_href(self) -> str:
        """The address of the form that writes the same figures into a file."""
        return self.href("console.exports.index", profile="", beside="", what="figures")

    def filters(self, localizer: Localizer) -> Sequence[FilterField]:
        """Return the filters of the page."""
        say, lists = localizer.say, localizer.lists
        plans = [(one.id, one.label(localizer.language)) for one in lists.target_profiles.values()]
        return (
            *period_filters(self, localizer),
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
            area_filter(self, localizer),
        )

    def period_text(self, localizer: Localizer) -> str:
        """Return the period with its days."""
        period = self.question.period
        return localizer.say(N_("{first} to {last}")).format(
            first=localizer.day(period.first), last=localizer.day(period.end - timedelta(days=1))
        )

    def area_text(self, localizer: Localizer) -> str:
        """Return what the area is called."""
        return dict(areas_in_words(self.areas, localizer)).get(self.area_id, self.area_id)


def read_address(
    arguments: Mapping[str, str], officer: OfficerContext, localizer: Localizer, today: date
) -> FigureAddress:
    """Read an address; whatever it cannot mean is the default, an area that is not seen is not shown."""
    lists = localizer.lists
    asked = asked_figures(arguments, officer, lists, today)
    wanted = arguments.get("beside", "")
    beside = lists.target_profiles.get(wanted) if wanted else plan_beside(lists, asked.profile, asked.year)
    known = {one.name: getattr(asked, one.name) for one in fields(asked)}
    return FigureAddress(**known, beside=beside if beside is not asked.profile else None)
