"""The map of a list: what the browser draws, as one compact answer of points and the words for them."""

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
# Beyond the fifth decimal, about a metre, a point of a register says nothing.
_DECIMALS = 5
_OLD, _OPEN = 1, 2


@dataclass(frozen=True, slots=True)
class MarkKind:
    """A kind of mark, told apart by shape and colour; `key` names both."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class ListedPoint:
    """One mark: where, of which kind, and what its card says. Positions are in 1e-7 degrees."""

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
    """A map as the page around it knows it: the address of its points, and of the list of what has none.

    `ground`: vector or raster where the office has a map file, and its version, so that browsers keep its
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


def wanted_point() -> bool | None:
    """Return whether the address asks for establishments with a point or without; None for both."""
    return _HAS_POINT.get(request.args.get("point", ""))


def point_filter(has_point: bool | None, localizer: Localizer) -> FilterField:
    """Return the filter by whether an establishment has a point."""
    value = next((one for one, meant in _HAS_POINT.items() if meant is has_point), "")
    options = (
        (WITH_POINT, localizer.say(N_("Has a point"))),
        (WITHOUT_POINT, localizer.say(N_("No point yet"))),
    )
    return FilterField("point", localizer.say(N_("Point on the map")), value, options)


def map_file() -> Path | None:
    """Return the map file that the office has set."""
    return current_runtime().settings.map_file


def ground_version(path: Path) -> str:
    """Return what changes when a map file is replaced."""
    found = path.stat()
    return f"{found.st_mtime_ns:x}-{found.st_size:x}"


def ground_kind(path: Path | None) -> str:
    """Return what a map file holds, vector or raster; "" for none that can be drawn (PMTiles, version 3)."""
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
    """Return the kinds of marks by the result of a visit; `never` names the one for no visit."""
    results = tuple(
        MarkKind(key, localizer.choice("overall_result", outcome)) for outcome, key in _MARKS.items()
    )
    other = MarkKind(_NO_RESULT, localizer.say(N_("Not inspected, or no result")))
    return (*results, other, MarkKind(NEVER, never)) if never else (*results, other)


def mark_of(outcome: str | None) -> str:
    """Return the kind of mark of a result; a visit without one has a kind of its own."""
    return _MARKS.get(outcome or "", _NO_RESULT)


def result_text(outcome: str | None, localizer: Localizer) -> str:
    """Return the result of a visit in words; one without says so."""
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
    """Return points as JSON; words that repeat are sent once. `href` is an address that ends in the id."""
    words: dict[str, int] = {}
    units: set[str] = set()
    rows: list[list[Any]] = []
    for one in points:
        units.add(one.unit_id)
        numbers = [words.setdefault(line, len(words)) for line in one.lines]
        flags = (_OLD if one.is_old else 0) + (_OPEN if one.is_open else 0)
        rows.append(
            [one.record_id, _degrees(one.lat), _degrees(one.lon), one.mark, flags, one.title, *numbers]
        )
    found = {
        "said": _said(len(rows), placed, localizer),
        "unplaced": _unplaced(unplaced, localizer),
        "href": href,
        "words": list(words),
        "communes": _communes(units, localizer),
        "points": rows,
    }
    return Response(json.dumps(found, ensure_ascii=False, separators=(",", ":")), mimetype="application/json")


def _said(shown: int, placed: int, localizer: Localizer) -> str:
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
    """Return the names of communes with the middle of each: what lies where, without any map."""
    known = (localizer.lists.units.get(unit) for unit in sorted(units))
    return [
        [unit.label(localizer.language), unit.lat, unit.lon]
        for unit in known
        if unit is not None and unit.lat is not None and unit.lon is not None
    ]


def _degrees(units: int) -> float:
    return round(units / _DEGREE, _DECIMALS)
