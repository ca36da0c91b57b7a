"""Points of visits on the map of the list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from field178_server.console.shell.maps import ListedPoint, mark_of, result_text
from field178_server.console.text.localize import Localizer
from field178_server.office.filed_records.map import PlacedVisit


def visit_points(visits: Iterable[PlacedVisit], localizer: Localizer) -> Iterator[ListedPoint]:
    """Yield the points of visits at their establishments, each with day, kind and result."""
    # Thousands of points share few texts: each text is formatted once.
    day = cache(lambda value: localizer.day(value) if value else "")
    kind = cache(lambda value: localizer.choice("inspection_kind", value) if value else "")
    result = cache(lambda value: result_text(value, localizer))
    for visit in visits:
        yield ListedPoint(
            record_id=visit.record_id,
            lat=visit.lat,
            lon=visit.lon,
            mark=mark_of(visit.outcome),
            title=visit.establishment,
            lines=(day(visit.occurred_on), kind(visit.kind), result(visit.outcome)),
            unit_id=visit.unit_id,
        )
