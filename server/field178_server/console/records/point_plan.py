"""Plan of points: registered point of an establishment, and check-ins of teams."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from field178_server.console.text.localize import Localizer
from field178_shared.records.points import GeoPoint, metres_between, point_of
from field178_shared.records.reading import Data, count_of
from field178_shared.text.i18n import N_

WIDTH, HEIGHT = 320, 180
_EDGE = 26
# Smallest width of the plan: the width of a street.
_LEAST_METRES = 60
_METRES_PER_UNIT = 111_320 / 10_000_000
_LONGEST_SCALE = 110


@dataclass(frozen=True, slots=True)
class ArrivalPoint:
    """Check-in of a team; `accuracy_m`: as stated by the receiver."""

    point: GeoPoint
    accuracy_m: int | None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class PlanMark:
    """Check-in on the plan: place, radius of its accuracy, text."""

    x: float
    y: float
    radius: float
    text: str


@dataclass(frozen=True, slots=True)
class PointPlan:
    """Plan: registered point, check-ins, scale, text for screen readers."""

    x: float
    y: float
    marks: Sequence[PlanMark]
    scale_width: float
    scale_text: str
    text: str


def check_in_of(entry: Data, day: date | None = None) -> ArrivalPoint | None:
    """Return a stored check-in, None without a point."""
    point = point_of(entry)
    return ArrivalPoint(point, count_of(entry, "accuracy_m"), day) if point else None


def point_plan(
    registered: GeoPoint | None, check_ins: Sequence[ArrivalPoint], localizer: Localizer
) -> PointPlan | None:
    """Return the plan of a registered point and its check-ins, north up; None without either."""
    if registered is None or not check_ins:
        return None
    places = [(_east_north(check_in.point, registered), check_in.accuracy_m or 0) for check_in in check_ins]
    left = min(0.0, *(east - spread for (east, _), spread in places))
    right = max(0.0, *(east + spread for (east, _), spread in places))
    bottom = min(0.0, *(north - spread for (_, north), spread in places))
    top = max(0.0, *(north + spread for (_, north), spread in places))
    wide, high = max(right - left, _LEAST_METRES), max(top - bottom, _LEAST_METRES)
    scale = min((WIDTH - 2 * _EDGE) / wide, (HEIGHT - 2 * _EDGE) / high)

    def at(east: float, north: float) -> tuple[float, float]:
        x = WIDTH / 2 + (east - (left + right) / 2) * scale
        y = HEIGHT / 2 - (north - (top + bottom) / 2) * scale
        return round(x, 1), round(y, 1)

    marks = tuple(
        PlanMark(*at(*place), round(spread * scale, 1), _text(check_in, registered, localizer))
        for check_in, (place, spread) in zip(check_ins, places, strict=True)
    )
    metres = _round_below(_LONGEST_SCALE / scale)
    return PointPlan(
        *at(0, 0),
        marks=marks,
        scale_width=round(metres * scale, 1),
        scale_text=_length(metres, localizer),
        text="; ".join(mark.text for mark in marks),
    )


def _east_north(point: GeoPoint, origin: GeoPoint) -> tuple[float, float]:
    shrink = math.cos(math.radians(origin.lat / 10_000_000))
    east = (point.lon - origin.lon) * _METRES_PER_UNIT * shrink
    return east, (point.lat - origin.lat) * _METRES_PER_UNIT


def _text(check_in: ArrivalPoint, registered: GeoPoint, localizer: Localizer) -> str:
    distance = _length(metres_between(check_in.point, registered), localizer)
    if check_in.accuracy_m is None:
        place = localizer.say(N_("{distance} from the registered point")).format(distance=distance)
    else:
        text = localizer.say(N_("{distance} from the registered point, accurate to ±{accuracy}"))
        place = text.format(distance=distance, accuracy=_length(check_in.accuracy_m, localizer))
    title = localizer.say(N_("Check-in"))
    if check_in.day:
        title = localizer.say(N_("Visit of {day}")).format(day=localizer.day(check_in.day))
    return f"{title}: {place}"


def _length(metres: int, localizer: Localizer) -> str:
    if metres < 10_000:
        return f"{localizer.number(metres)}\N{NO-BREAK SPACE}m"
    return f"{localizer.number(round(metres / 1000))}\N{NO-BREAK SPACE}km"


def _round_below(metres: float) -> int:
    """Return the largest number of 1, 2, 5, 10, 20, 50, … that is at most `metres`."""
    power: int = 10 ** math.floor(math.log10(max(metres, 1)))
    return next(step * power for step in (5, 2, 1) if step * power <= max(metres, 1))
