"""Lenient record value: attributes of content of any form (drafts, content of older lists, unknown members).

A value of another type than the declared one is None, and an entry that removals emptied is absent. For
valid content the attributes equal those of the server's compiled types (tested over generated records).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from marshmallow import fields

from field178_shared.records.value import Value
from field178_shared.schemas.field_types import Anything, Entries, Field, Flag, ListValue, LocalDate, Verbatim
from field178_shared.schemas.wire_schema import WireSchema, members, nested_schema, refuse

Reader = Callable[[object], Any]


class LenientValue:
    """Value over a dict; members are read at each access."""

    __slots__ = ("_data", "_readers")

    def __init__(self, readers: Mapping[str, Reader], data: Mapping[str, object]) -> None:
        self._readers = readers
        self._data = data

    def __getattr__(self, name: str, /) -> Any:
        """Return a member of the schema; an undeclared name raises AttributeError."""
        try:
            read = self._readers[name]
        except KeyError:
            raise AttributeError(name) from None
        return read(self._data.get(name))

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Yield the name and value of each present member; of undeclared members the value as it is."""
        for name, member in self._data.items():
            value = getattr(self, name) if name in self._readers else member
            if value is not None:
                yield name, value


@cache
def readers_of(schema: type[WireSchema]) -> Mapping[str, Reader]:
    """Return the readers of the members of a declared object."""
    declared = {name: reader_of(field) for name, field in members(schema).items()}
    return declared if schema.others is None else _OpenReaders(declared, schema)


class _OpenReaders(dict[str, Reader]):
    """Readers of an object with members of any name: declared, of the lists in force, or unknown."""

    def __init__(self, declared: Mapping[str, Reader], schema: type[WireSchema]) -> None:
        super().__init__(declared)
        self._schema = schema

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Reader:
        assert self._schema.others is not None
        return reader_of(self._schema.further().get(name) or fields.Nested(self._schema.others))


def reader_of(field: Field) -> Reader:
    """Return the reader of the values of a field."""
    match field:
        case fields.Nested():
            return _object_reader(nested_schema(field))
        case Entries():
            return _entries_reader(reader_of(field.value_field))
    return next((read for kind, read in _READERS if isinstance(field, kind)), None) or refuse(field)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _integer(value: object) -> int | None:
    return value if type(value) is int else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _as_it_is(value: object) -> object:
    return value


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _list(value: object) -> tuple[str, ...] | None:
    """Return a list of ids; items of other types are left out."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else None


# The first class of a field that matches.
_READERS: tuple[tuple[type[Field], Reader], ...] = (
    (LocalDate, _day),
    (Flag, _flag),
    (Anything, _as_it_is),
    (ListValue, _list),
    (fields.Integer, _integer),
    (fields.String, _text),
    (Verbatim, _text),
)


def _object_reader(schema: type[WireSchema]) -> Reader:
    def read(value: object) -> Value | None:
        return LenientValue(readers_of(schema), value) if isinstance(value, dict) else None

    return read


def _entries_reader(entry: Reader) -> Reader:
    def read(value: object) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            return None
        entries = {key: entry(below) for key, below in value.items() if below != {}}
        return {key: below for key, below in entries.items() if below is not None}

    return read
