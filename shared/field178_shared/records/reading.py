"""Lenient reading of record data: absent values and values of another type are empty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from field178_shared.time.clock import from_wire, local_date

Data = Mapping[str, object]
T = TypeVar("T")


def text_of(data: Data, name: str) -> str:
    """Return a text, or "" if absent."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def count_of(data: Data, name: str) -> int | None:
    """Return a whole number, or None if absent."""
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def day_of(data: Data, name: str) -> date | None:
    """Return a local date, or None if absent."""
    text = text_of(data, name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def instant_of(data: Data, name: str) -> datetime | None:
    """Return an instant, or None if absent."""
    return from_wire(text_of(data, name))


def day_of_act(data: Data) -> date | None:
    """Return the local date of a visit or session, whose law and agencies apply; None for others."""
    started = instant_of(data, "started_at")
    return day_of(data, "session_date") or (local_date(started) if started else None)


def entries_of(data: Data, name: str) -> dict[str, Data]:
    """Return the entries of a keyed object, without entries that removals emptied."""
    value = data.get(name)
    if not isinstance(value, dict):
        return {}
    return {key: entry for key, entry in value.items() if isinstance(entry, dict) and entry}


def entry_of(data: Data, name: str) -> Data:
    """Return a nested object, or an empty one if absent."""
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def ids_of(data: Data, name: str) -> tuple[str, ...]:
    """Return a list of ids; items of other types are left out."""
    value = data.get(name)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def answers_of(data: Data) -> dict[str, object]:
    """Return the bare answers of a visit by item id."""
    given = data.get("answers")
    if not isinstance(given, dict):
        return {}
    return {
        item_id: value
        for item_id, answer in given.items()
        if isinstance(answer, dict) and (value := answer.get("v")) is not None
    }


def read_as(record_class: Callable[..., T], data: Data, /, **given: object) -> T:
    """Return a typed record: each field that is not given is read by its type; missing values are empty.

    `field(metadata={"name": …})` names another member of the data than the field's own. Entries of a keyed
    object are a mapping, or a tuple of objects with their `key`, if they have one.
    """
    readers = _readers(record_class)
    members = {name: read(data, member) for name, member, read in readers if name not in given}
    return record_class(**given, **members)


_READERS_BY_TYPE: Mapping[object, Callable[[Data, str], object]] = {
    str: text_of,
    int: lambda data, name: count_of(data, name) or 0,
    int | None: count_of,
    date | None: day_of,
    datetime | None: instant_of,
    tuple[str, ...]: ids_of,
    Data: entry_of,
    object: lambda data, name: data.get(name),
}


@cache
def _readers(record_class: Any) -> tuple[tuple[str, str, Callable[[Data, str], object]], ...]:
    """Return name, member of the data and reader of each field that its type can read."""
    types = get_type_hints(record_class)
    return tuple(
        (each.name, each.metadata.get("name", each.name), read)
        for each in fields(record_class)
        if (read := _reader(types[each.name])) is not None
    )


def _reader(type_: Any) -> Callable[[Data, str], object] | None:
    """Return the reader of a type, or None for one that the caller has to read."""
    if type_ in _READERS_BY_TYPE:
        return _READERS_BY_TYPE[type_]
    kind: Any = next(filter(is_dataclass, get_args(type_)), None)
    if kind is None:
        return None
    if get_origin(type_) is Mapping:
        return lambda data, name: {key: read_as(kind, each) for key, each in entries_of(data, name).items()}
    if any(each.name == "key" for each in fields(kind)):
        return lambda data, name: tuple(
            read_as(kind, each, key=key) for key, each in entries_of(data, name).items()
        )
    return lambda data, name: tuple(read_as(kind, each) for each in entries_of(data, name).values())
