"""Map of a list: points with their texts as one compact response, kinds of marks, map file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, json, request

from field178_server.console.shell.lists import FilterField, ListAddress
from field178_server.console.text.localize import Localizer
from field178_server.http.application_runtime import current_runtime
from field178_shared.text.i18n import N_

_HAS_POINT = {"yes": True, "no": False}
WITH_POINT, WITHOUT_POINT = _HAS_POINT
_DEGREE = 10_000_000
# The fifth decimal is about a metre: points of the register are not more exact.
_DECIMALS = 5
_OLD, _OPEN = 1, 2


@dataclass(frozen=True, slots=True)
class MarkKind:
    """Kind of a mark; `key` is the name of its shape and colour."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class ListedPoint:
    """Point on the map: position in 1e-7 degrees, kind of mark, and texts of its card."""

    record_id: str
    lat: int
    lon: int
    mark: str
    title: str
    lines: Sequence[str]
    unit_id: str
    is_old: bool = False
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class ListMap:
    """Map of a page: address of its points, and of the list of rows without a point.

    `ground`: vector or raster if the office has a map file, else ""; `ground_version` lets browsers cache its
    ranges; `has_flags`: marks may be old or open.
    """

    source: str
    unplaced: str
    marks: Sequence[MarkKind]
    ground: str
    ground_version: str
    has_flags: bool


def map_of(address: ListAddress, marks: Sequence[MarkKind], *, has_flags: bool = False) -> ListMap:
    """Return the map of a list as it is filtered now."""
    unplaced = address.href(point=WITHOUT_POINT, view="")
    path = map_file()
    ground = ground_kind(path)
    version = ground_version(path) if path is not None and ground else ""
    return ListMap(address.points(), unplaced, marks, ground, version, has_flags)


def requested_point() -> bool | None:
    """Return whether the address asks for establishments with a point or without; None for both."""
    return _HAS_POINT.get(request.args.get("point", ""))


def point_filter(has_point: bool | None, localizer: Localizer) -> FilterField:
    """Return the filter by whether an establishment has a point."""
    chosen = next((key for key, value in _HAS_POINT.items() if value is has_point), "")
    options = (
        (WITH_POINT, localizer.say(N_("Has a point"))),
        (WITHOUT_POINT, localizer.say(N_("No point yet"))),
    )
    return FilterField("point", localizer.say(N_("Point on the map")), chosen, options)


def map_file() -> Path | None:
    """Return the map file that the office has set."""
    return current_runtime().settings.map_file


def ground_version(path: Path) -> str:
    """Return the version of a map file; it changes when the file is replaced."""
    status = path.stat()
    return f"{status.st_mtime_ns:x}-{status.st_size:x}"


def ground_kind(path: Path | None) -> str:
    """Return the kind of a PMTiles file (version 3), vector or raster; "" for a file that cannot be drawn."""
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return ""
    is_map = head.startswith(_MAGIC) and len(head) == _HEAD_BYTES
    return _GROUNDS.get(head[_TILE_TYPE], "") if is_map else ""


# https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md: header of 127 bytes.
_MAGIC, _HEAD_BYTES, _TILE_TYPE = b"PMTiles\x03", 127, 99
_GROUNDS = {1: "vector", 2: "raster", 3: "raster", 4: "raster"}


def marks_of_outcomes(localizer: Localizer, never: str = "") -> tuple[MarkKind, ...]:
    """Return the kinds of marks by the result of a visit; `never`: label of the mark for no visit."""
    results = tuple(
        MarkKind(key, localizer.choice("overall_result", outcome)) for outcome, key in _MARKS.items()
    )
    other = MarkKind(_NO_RESULT, localizer.say(N_("Not inspected, or no result")))
    return (*results, other, MarkKind(NEVER, never)) if never else (*results, other)


def mark_of(outcome: str | None) -> str:
    """Return the kind of mark of a result; a visit without a result has its own kind."""
    return _MARKS.get(outcome or "", _NO_RESULT)


def result_text(outcome: str | None, localizer: Localizer) -> str:
    """Return the text of a visit's result, also of none."""
    return localizer.choice("overall_result", outcome) if outcome else localizer.say(N_("No result"))


_MARKS: Mapping[str, str] = {
    "compliant": "compliant",
    "minor_shortcomings": "minor",
    "violation_recorded": "violation",
    "handed_to_police": "police",
}
_NO_RESULT = "none"
NEVER = "never"


def points_answer(
    points: Iterable[ListedPoint], placed: int, unplaced: int, localizer: Localizer, href: str
) -> Response:
    """Return points as JSON; repeated texts are sent once. `href`: address of a record without its id."""
    words: dict[str, int] = {}
    units: set[str] = set()
    rows: list[list[Any]] = []
    for point in points:
        units.add(point.unit_id)
        numbers = [words.setdefault(line, len(words)) for line in point.lines]
        flags = (_OLD if point.is_old else 0) + (_OPEN if point.is_open else 0)
        place = (_degrees(point.lat), _degrees(point.lon))
        rows.append([point.record_id, *place, point.mark, flags, point.title, *numbers])
    content = {
        "said": _count_text(len(rows), placed, localizer),
        "unplaced": _unplaced(unplaced, localizer),
        "href": href,
        "words": list(words),
        "communes": _communes(units, localizer),
        "points": rows,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/json")


def _count_text(shown: int, placed: int, localizer: Localizer) -> str:
    count = localizer.number(placed)
    if shown < placed:
        text = localizer.say(
            N_("On the map: the first {shown} of {count}. Narrow the list to see the others.")
        )
        return text.format(shown=localizer.number(shown), count=count)
    return localizer.say(N_("On the map: {count}")).format(count=count)


def _unplaced(count: int, localizer: Localizer) -> str:
    return (
        localizer.say(N_("Without a point: {count}")).format(count=localizer.number(count)) if count else ""
    )


def _communes(units: Iterable[str], localizer: Localizer) -> list[list[Any]]:
    """Return the names of communes with their centres, which are shown without a map file as well."""
    listed = (localizer.lists.units.get(unit) for unit in sorted(units))
    return [
        [unit.label(localizer.language), unit.lat, unit.lon]
        for unit in listed
        if unit is not None and unit.lat is not None and unit.lon is not None
    ]


def _degrees(units: int) -> float:
    return round(units / _DEGREE, _DECIMALS)
