"""Lenient reading of record data: absent values and values of another type are empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from field178_shared.time.clock import from_wire, local_date

Data = Mapping[str, object]


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
    try:
        return date.fromisoformat(text_of(data, name))
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
