"""Query options and paths of a request, parsed strictly: unsupported options are refused, not ignored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict

from field178_server.office.odata.entity_sets import EntitySet
from field178_server.office.odata.feed_table import MOST_PAGE_SIZE, PAGE_SIZE, FeedQuery
from field178_server.office.odata.supported import refused, unsupported
from field178_shared.text.formats import parse_whole_number

if TYPE_CHECKING:
    from field178_server.office.odata.filter_conditions import Filter

FORMAT, COUNT, NEXT = "$format", "$count", "$skiptoken"
_OF_ROWS = frozenset({"$filter", "$select", "$orderby", "$top", "$skip", COUNT, NEXT, FORMAT})
_UNSUPPORTED = frozenset({"$expand", "$search", "$apply", "$compute", "$levels", "$deltatoken", "$index"})
_SYSTEM = _OF_ROWS | _UNSUPPORTED
_DIGITS = 9
_ENTITY = re.compile(r"([A-Za-z]+)(?:\((.*)\))?", re.DOTALL)
_KEY_PART = re.compile(r"\s*(?:([A-Za-z]+)\s*=\s*)?(?:'((?:[^']|'')*)'|(-?[0-9]+))\s*(,|$)")
_PREFERENCE = re.compile(r'(?:^|[,;\s])(?:odata\.)?maxpagesize\s*=\s*"?([0-9]{1,9})"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EntityPath:
    """Resource of a URL: a table, its count, or a row by key."""

    name: str
    key: tuple[tuple[str, str], ...] | None = None
    is_count: bool = False


def read_path(path: str) -> EntityPath | None:
    """Parse the path below the service root; return None if no resource can have it."""
    first, _, rest = path.rstrip("/").partition("/") if not path.endswith(")") else (path, "", "")
    match = _ENTITY.fullmatch(first)
    if match is None or rest not in ("", COUNT):
        return None
    name, key = match.groups()
    if key is None or not key.strip():
        return EntityPath(name, None, is_count=bool(rest))
    return None if rest else EntityPath(name, tuple(_key_parts(key)))


def key_of(table: EntitySet, parts: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return the values of a key by column; a single value needs no name."""
    key = dict(parts)
    if list(key) == [""] and len(table.key) == 1:
        key = {table.key[0]: key[""]}
    if set(key) != set(table.key):
        raise refused(table.name, f"the key is {', '.join(table.key)}")
    return key


def check_names(options: MultiDict[str, str], allowed: frozenset[str] = _OF_ROWS) -> None:
    """Refuse options that are unknown, repeated, unsupported, or written without `$`."""
    for name in options:
        if name in _UNSUPPORTED:
            raise unsupported(name, "not supported")
        if name.startswith("$") and name not in allowed:
            raise refused(name, "no such option here")
        if f"${name}" in _SYSTEM:
            raise refused(name, f"written ${name}")
        if len(options.getlist(name)) > 1:
            raise refused(name, "given twice")


def _filter(table: EntitySet, text: str, now: datetime) -> Filter:
    from field178_server.office.odata.filter_conditions import Filter  # its parser needs 2 MB

    return Filter(text, table.by_name, now)


def read_query(table: EntitySet, options: MultiDict[str, str], preferences: str, now: datetime) -> FeedQuery:
    """Parse the query of a table; raises AppError(query_refused | query_unsupported) with the option."""
    text = options.get("$filter", "")
    return FeedQuery(
        table,
        _columns(table, options.get("$select", "")),
        _filter(table, text, now) if text.strip() else None,
        _order(table, options.get("$orderby", "")),
        _number(options, "$top"),
        _number(options, "$skip") or 0,
        options.get(NEXT, ""),
        _page_size(preferences),
    )


def wants_count(options: MultiDict[str, str]) -> bool:
    """Return whether the options ask for the number of rows."""
    text = options.get(COUNT, "false")
    if text not in ("true", "false"):
        raise refused(COUNT, "true or false")
    return text == "true"


def selects_all(options: MultiDict[str, str]) -> bool:
    """Return whether the options select all columns."""
    return options.get("$select", "").strip() in ("", "*")


def preferred_page_size(preferences: str) -> int | None:
    """Return the page size that the request prefers, None if it states none."""
    match = _PREFERENCE.search(preferences)
    return parse_whole_number(match[1], _DIGITS) or None if match is not None else None


def _page_size(preferences: str) -> int:
    return min(preferred_page_size(preferences) or PAGE_SIZE, MOST_PAGE_SIZE)


def _columns(table: EntitySet, text: str) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",")] if text.strip() else ["*"]
    every = [column.name for column in table.properties]
    if "*" in names:
        return tuple(every)
    for name in names:
        if name not in table.by_name:
            raise refused("$select", f"no property {name}")
    return tuple(name for name in every if name in names)


def _order(table: EntitySet, text: str) -> tuple[tuple[str, bool], ...]:
    order: dict[str, bool] = {}
    for part in text.split(",") if text.strip() else ():
        name, *way = part.split() or [""]
        if name not in table.by_name:
            raise refused("$orderby", f"no property {part.strip()}")
        if way not in ([], ["asc"], ["desc"]):
            raise refused("$orderby", f"asc or desc: {part.strip()}")
        order.setdefault(name, way == ["desc"])
    return tuple(order.items())


def _number(options: MultiDict[str, str], name: str) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    number = parse_whole_number(text, _DIGITS)
    if number is None:
        raise refused(name, "a whole number")
    return number


def _key_parts(text: str) -> Iterable[tuple[str, str]]:
    place = 0
    while place < len(text):
        match = _KEY_PART.match(text, place)
        if match is None:
            raise refused(text, "cannot be read as a key")
        name, quoted, number, _ = match.groups()
        yield name or "", quoted.replace("''", "'") if quoted is not None else number
        place = match.end()
