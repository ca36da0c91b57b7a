"""Periods, kinds of year and areas of figures in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from field178_server.console.text.localize import Localizer
from field178_server.office.indicators.areas import OWN_AREA
from field178_server.office.indicators.requested_figures import WHOLE_YEAR
from field178_shared.indicators.reporting import YearKind
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

PERIODS = {
    WHOLE_YEAR: N_("Whole year"),
    "half1": N_("First half"),
    "half2": N_("Second half"),
    "quarter1": N_("Quarter 1"),
    "quarter2": N_("Quarter 2"),
    "quarter3": N_("Quarter 3"),
    "quarter4": N_("Quarter 4"),
}
YEAR_KINDS = {
    YearKind.CALENDAR: N_("Calendar year"),
    YearKind.REPORT: N_("Reporting year (15 December to 14 December)"),
}


def areas_in_words(areas: Mapping[str, tuple[str, ...]], localizer: Localizer) -> Sequence[tuple[str, str]]:
    """Return the areas by key with their names: the own one, groups of units, units."""
    lists = localizer.lists
    own = [(key, localizer.say(N_("Your communes"))) for key in areas if key == OWN_AREA]
    groups = [(key, localizer.label(lists.unit_groups, key)) for key in areas if key in lists.unit_groups]
    units = by_label((key, localizer.label(lists.units, key)) for key in areas if key in lists.units)
    return [*own, *groups, *units]
