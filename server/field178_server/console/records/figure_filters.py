"""Filters by which figures are chosen: year, period, kind of year, and area."""

from __future__ import annotations

from field178_server.console.components.figure_periods import PERIODS, YEAR_KINDS, areas_in_words
from field178_server.console.shell.lists import FilterField
from field178_server.console.text.localize import Localizer
from field178_server.office.indicators.asked import WHOLE_YEAR, AskedFigures
from field178_shared.indicators.reporting import PERIOD_NAMES, YearKind
from field178_shared.text.i18n import N_

_YEARS_BACK = 3


def period_filters(asked: AskedFigures, localizer: Localizer) -> tuple[FilterField, ...]:
    """Return the filters of the period; a reader from above has one kind of year."""
    say, now = localizer.say, asked.question.today.year
    years = [str(one) for one in range(max(asked.year, now), min(asked.year, now - _YEARS_BACK) - 1, -1)]
    name = "" if asked.period_name == WHOLE_YEAR else asked.period_name
    calendar = FilterField(
        "calendar",
        say(N_("Year begins")),
        "" if asked.kind is YearKind.CALENDAR else asked.kind,
        [(YearKind.REPORT, say(YEAR_KINDS[YearKind.REPORT]))],
        say(YEAR_KINDS[YearKind.CALENDAR]),
    )
    periods = [(one, say(PERIODS[one])) for one in PERIOD_NAMES if one != WHOLE_YEAR]
    return (
        FilterField(
            "year", say(N_("Year")), str(asked.year), [(one, one) for one in years], say(N_("This year"))
        ),
        FilterField("period", say(N_("Period")), name, periods, say(PERIODS[WHOLE_YEAR])),
        *(() if asked.is_from_above else (calendar,)),
    )


def area_filter(asked: AskedFigures, localizer: Localizer) -> FilterField:
    """Return the filter of the area."""
    areas = areas_in_words(asked.areas, localizer)
    return FilterField(
        "area", localizer.say(N_("Area")), asked.area_id, areas, localizer.say(N_("Area of the plan"))
    )
