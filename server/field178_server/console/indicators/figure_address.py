"""Address of figures: period, plans and area, as far as the officer may see them."""

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
from field178_server.office.indicators.requested_figures import (
    WHOLE_YEAR,
    RequestedFigures,
    read_requested_figures,
)
from field178_shared.codelists import TargetProfile
from field178_shared.indicators.plan_of_year import plan_beside
from field178_shared.indicators.reporting import YearKind
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureAddress(RequestedFigures):
    """Figures of an address; `beside` is a second plan, whose targets are shown in a column of their own."""

    beside: TargetProfile | None

    @property
    def parameters(self) -> Mapping[str, str]:
        """The parameters of a link to the same figures."""
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
        plans = [(plan.id, plan.label(localizer.language)) for plan in lists.target_profiles.values()]
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
        """Return the name of the area."""
        return dict(areas_in_words(self.areas, localizer)).get(self.area_id, self.area_id)


def read_address(
    arguments: Mapping[str, str], officer: OfficerContext, localizer: Localizer, today: date
) -> FigureAddress:
    """Read an address; an invalid parameter has its default, an area outside the scopes is ignored."""
    lists = localizer.lists
    figures = read_requested_figures(arguments, officer, lists, today)
    plan_id = arguments.get("beside", "")
    year_plan = plan_beside(lists, figures.profile, figures.year)
    beside = lists.target_profiles.get(plan_id) if plan_id else year_plan
    values = {field.name: getattr(figures, field.name) for field in fields(figures)}
    return FigureAddress(**values, beside=beside if beside is not figures.profile else None)
