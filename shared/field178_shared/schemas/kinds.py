"""The kinds of values that schemas declare: the check of a value beside the JSON schema that describes it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from field178_shared.schemas import checks
from field178_shared.schemas.checks import Check, CheckedMember
from field178_shared.wire.protocol import MAX_INTEGER, MAX_TEXT

JsonSchema = dict[str, object]

FREE_TEXT = "x-free-text"
NOTE_LENGTH = 200
OPINION_LENGTH = 300
REMARK_LENGTH = 500


class Kind(NamedTuple):
    """What a value must be: the check that runs, and its description for other clients."""

    check: Check
    described: JsonSchema


class Part(NamedTuple):
    """One member of a small object."""

    kind: Kind
    required: bool = False


def text(limit: int = MAX_TEXT) -> Kind:
    """Return the kind of a short text such as a number on a paper or an address."""
    return Kind(checks.text(limit), {"type": "string", "maxLength": limit})


def filled_text(limit: int = MAX_TEXT) -> Kind:
    """Return the kind of a text that must say something."""
    return Kind(checks.filled_text(limit), {"type": "string", "minLength": 1, "maxLength": limit})


def free_text(limit: int = REMARK_LENGTH) -> Kind:
    """Return the kind of a text in which people write sentences: the privacy marks look at these alone."""
    return Kind(checks.text(limit), {"type": "string", "maxLength": limit, FREE_TEXT: True})


def integer(minimum: int = 0, maximum: int = MAX_INTEGER) -> Kind:
    """Return the kind of a whole number within limits."""
    return Kind(checks.integer(minimum, maximum), {"type": "integer", "minimum": minimum, "maximum": maximum})


def choice(ids: AbstractSet[str]) -> Kind:
    """Return the kind of an id of a list."""
    return Kind(checks.choice(ids), {"type": "string", "enum": sorted(ids)})


def list_of(item: Kind, at_least: int = 0) -> Kind:
    """Return the kind of a list; a list is one value, replaced whole."""
    described: JsonSchema = {
        "type": "array",
        "items": item.described,
        "minItems": at_least,
        "maxItems": checks.MOST_ITEMS,
    }
    return Kind(checks.list_of(item.check, at_least), described)


def members(parts: Mapping[str, Part]) -> Kind:
    """Return the kind of an object with these members; what it has beside them is kept."""
    check = checks.members(
        {name: CheckedMember(part.kind.check, part.required) for name, part in parts.items()}
    )
    return Kind(check, describe_members(parts))


def describe_members(parts: Mapping[str, Part]) -> JsonSchema:
    """Return the JSON schema of an object with these members."""
    described: JsonSchema = {
        "type": "object",
        "properties": {name: part.kind.described for name, part in parts.items()},
    }
    if required := [name for name, part in parts.items() if part.required]:
        described["required"] = required
    return described


def keyed(entry: Kind, keys: AbstractSet[str] | None = None) -> Kind:
    """Return the kind of an object of equal entries, under short ids or under the ids of a list."""
    described: JsonSchema = {"type": "object", "additionalProperties": entry.described}
    if keys is not None:
        described["propertyNames"] = {"enum": sorted(keys)}
    return Kind(checks.keyed(entry.check, keys), described)


def keyed_by_name(entries: Mapping[str, Kind], others: Kind) -> Kind:
    """Return the kind of an object whose known keys differ in kind; other keys are described, and kept."""
    described: JsonSchema = {
        "type": "object",
        "properties": {name: entry.described for name, entry in entries.items()},
        "additionalProperties": others.described,
    }
    return Kind(checks.keyed_by_name({name: entry.check for name, entry in entries.items()}), described)


ANYTHING = Kind(checks.anything, {})
FLAG = Kind(checks.flag, {"type": "boolean"})
DATE = Kind(checks.calendar_date, {"type": "string", "format": "date"})
INSTANT = Kind(checks.instant, {"type": "string", "format": "date-time", "pattern": "Z$"})
TIME_OF_DAY = Kind(checks.time_of_day, {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})
RECORD_ID = Kind(checks.record_id, {"type": "string", "format": "uuid"})
SHORT_ID = Kind(checks.short_id, {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"})
SHA256 = Kind(checks.sha256, {"type": "string", "pattern": "^[0-9a-f]{64}$"})
COUNT = integer(0, 1_000_000)
MONEY = integer(0, 1_000_000_000_000)
LATITUDE = integer(-900_000_000, 900_000_000)
LONGITUDE = integer(-1_800_000_000, 1_800_000_000)
