"""Filters by which figures are chosen: year, period, kind of year, and area."""

from __future__ import annotations

from field178_server.console.components.figure_periods import PERIODS, YEAR_KINDS, areas_in_words
from field178_server.console.shell.lists import FilterField
from field178_server.console.text.localize import Localizer
from field178_server.office.indicators.requested_figures import WHOLE_YEAR, RequestedFigures
from field178_shared.indicators.reporting import PERIOD_NAMES, YearKind
from field178_shared.text.i18n import N_

_YEARS_BACK = 3


def period_filters(figures: RequestedFigures, localizer: Localizer) -> tuple[FilterField, ...]:
    """Return the filters of the period; an external reader has one kind of year."""
    say, now = localizer.say, figures.question.today.year
    first, last = min(figures.year, now - _YEARS_BACK), max(figures.year, now)
    years = [str(year) for year in range(last, first - 1, -1)]
    name = "" if figures.period_name == WHOLE_YEAR else figures.period_name
    calendar = FilterField(
        "calendar",
        say(N_("Year begins")),
        "" if figures.kind is YearKind.CALENDAR else figures.kind,
        [(YearKind.REPORT, say(YEAR_KINDS[YearKind.REPORT]))],
        say(YEAR_KINDS[YearKind.CALENDAR]),
    )
    periods = [(period, say(PERIODS[period])) for period in PERIOD_NAMES if period != WHOLE_YEAR]
    return (
        FilterField(
            "year", say(N_("Year")), str(figures.year), [(year, year) for year in years], say(N_("This year"))
        ),
        FilterField("period", say(N_("Period")), name, periods, say(PERIODS[WHOLE_YEAR])),
        *(() if figures.is_external else (calendar,)),
    )


def area_filter(figures: RequestedFigures, localizer: Localizer) -> FilterField:
    """Return the filter of the area."""
    areas = areas_in_words(figures.areas, localizer)
    return FilterField(
        "area", localizer.say(N_("Area")), figures.area_id, areas, localizer.say(N_("Area of the plan"))
    )
