"""Marks of the register on the map: the last result by shape and colour, its age, open corrections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from field178_server.console.shell.maps import (
    NEVER,
    ListedPoint,
    MarkKind,
    mark_of,
    marks_of_outcomes,
    result_text,
)
from field178_server.console.text.localize import Localizer
from field178_server.office.establishments.map import PlacedEstablishment
from field178_shared.text.i18n import N_

OLD_AFTER = timedelta(days=365)


def map_legend(localizer: Localizer) -> Sequence[MarkKind]:
    """Return the kinds of marks that an establishment may have."""
    return marks_of_outcomes(localizer, never=localizer.say(NOT_VISITED))


def register_points(
    establishments: Iterable[PlacedEstablishment], today: date, localizer: Localizer
) -> Iterator[ListedPoint]:
    """Yield the marks of establishments on a day."""
    # Thousands of points share few texts: each text is formatted once.
    kind = cache(lambda type_id: localizer.label(localizer.lists.types, type_id))
    result = cache(lambda outcome: result_text(outcome, localizer))
    never, last = localizer.say(NOT_VISITED), localizer.say(N_("Last visited: {day}"))
    visited = cache(lambda day: last.format(day=localizer.day(day)))
    for establishment in establishments:
        visit = establishment.last_visit
        yield ListedPoint(
            record_id=establishment.record_id,
            lat=establishment.lat,
            lon=establishment.lon,
            mark=mark_of(visit.outcome) if visit else NEVER,
            title=establishment.name,
            lines=(
                kind(establishment.establishment_type_id),
                result(visit.outcome) if visit else never,
                visited(visit.visited_on) if visit else "",
            ),
            unit_id=establishment.unit_id,
            is_old=visit is not None and today - visit.visited_on > OLD_AFTER,
            is_open=establishment.has_open_correction,
        )


NOT_VISITED = N_("Never visited")
