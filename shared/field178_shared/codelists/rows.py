"""Strict reading of one list row: every key is read with its type, and an unknown key is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, fields
from datetime import date, time
from functools import cache
from typing import Any, Self, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


# Keys for the editors of the lists: source, confidence and verifier of a row. Readers skip them.
_PROVENANCE = ("source", "confidence", "verified_by")
_VERIFIED_ON = "verified_on"


class CodeListError(ValueError):
    """A list does not have the shape the product was built for; `member` of a row is absent or wrong."""

    def __init__(self, message: str, member: str = "", *, is_absent: bool = False) -> None:
        super().__init__(message)
        self.member = member
        self.is_absent = is_absent


class ListFileRow:
    """A mapping of a list file; each key is read once, and `finish` raises if keys are unread."""

    __slots__ = ("_unread", "where")

    def __init__(self, data: object, where: str) -> None:
        """Refuse anything but a mapping."""
        if not isinstance(data, dict):
            raise CodeListError(f"{where}: expected a mapping, found {type(data).__name__}")
        self._unread: dict[str, object] = data.copy()
        self.where = where

    def finish(self) -> None:
        """Refuse unread keys, whose rules would never be applied. Provenance keys need no reader."""
        for key in _PROVENANCE:
            self.text_or_none(key)
        self.day(_VERIFIED_ON)
        if self._unread:
            raise CodeListError(f"{self.where}: unknown keys {sorted(self._unread)}")

    def skip(self, *keys: str) -> None:
        """Leave keys unread on purpose (notes to the editors of the list)."""
        for key in keys:
            self._unread.pop(key, None)

    def text(self, key: str) -> str:
        """Return a required text."""
        value = self._unread.pop(key, None)
        if isinstance(value, str):
            return value
        raise self._wrong(key, "text", value)

    def text_or_none(self, key: str) -> str | None:
        """Return a text, or None if the key is absent or null."""
        value = self._unread.pop(key, None)
        if value is None or isinstance(value, str):
            return value
        raise self._wrong(key, "text", value)

    def whole(self, key: str) -> int:
        """Return a required whole number."""
        return self._typed(key, int)

    def whole_or_none(self, key: str) -> int | None:
        """Return a whole number, or None if the key is absent or null."""
        return self._optional(key, int)

    def number_or_none(self, key: str) -> float | None:
        """Return a number, or None if the key is absent or null."""
        value = self._unread.pop(key, None)
        return None if value is None else self._number(key, value)

    def flag(self, key: str) -> bool:
        """Return a yes/no mark; an absent key is False."""
        return bool(self._optional(key, bool))

    def day(self, key: str) -> date | None:
        """Return a local date, or None if the key is absent or null."""
        value = self._optional(key, str)
        try:
            return None if value is None else date.fromisoformat(value)
        except ValueError as error:
            raise self._wrong(key, "date", value) from error

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; an absent key is empty and a single text is a list of one."""
        value = self._unread.pop(key, None)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        return tuple(self._element(key, item, str) for item in self._items(key, value))

    def numbers(self, key: str) -> tuple[float, ...]:
        """Return a list of numbers; an absent key is empty."""
        value = self._unread.pop(key, None)
        items = () if value is None else self._items(key, value)
        return tuple(self._number(key, item) for item in items)

    def text_map(self, key: str) -> dict[str, str]:
        """Return a mapping of text to text; an absent key is empty."""
        value = self._unread.pop(key, None)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._wrong(key, "mapping", value)
        return {str(name): self._element(key, item, str) for name, item in value.items()}

    def child(self, key: str) -> ListFileRow:
        """Return the mapping at a key; the caller calls its `finish`."""
        return ListFileRow(self._unread.pop(key, None), f"{self.where}.{key}")

    def prose(self, key: str) -> dict[str, str]:
        """Return explanatory text by path: one text, or one per key of a mapping."""
        if isinstance(self._unread.get(key), dict):
            return {f"{key}.{name}": text for name, text in self.text_map(key).items()}
        return {key: self.text(key)}

    def nested(self, key: str, build: Callable[[ListFileRow], T]) -> T:
        """Build one object from the required mapping at a key."""
        return self._built(key, self._unread.pop(key, None), build)

    def build(self, row_class: Callable[..., T], /, **given: object) -> T:
        """Build the object of the row; each field of its class that is not given is read from the row."""
        readers = _readers(row_class).items()
        return row_class(**given, **{name: read(self) for name, read in readers if name not in given})

    def is_verified(self) -> bool:
        """Return whether the row names who verified it, and when."""
        by, on = self.text_or_none("verified_by"), self.day(_VERIFIED_ON)
        return bool(by) and on is not None

    def each(self, key: str, build: Callable[[ListFileRow], T]) -> tuple[T, ...]:
        """Build one object per row of a list; an absent key is empty."""
        value = self._unread.pop(key, None)
        items = () if value is None else self._items(key, value)
        return tuple(self._built(f"{key}[{index}]", item, build) for index, item in enumerate(items))

    def names(self) -> tuple[str, ...]:
        """Return the keys that are still unread, in file order."""
        return tuple(self._unread)

    def _built(self, key: str, item: object, build: Callable[[ListFileRow], T]) -> T:
        row = ListFileRow(item, f"{self.where}.{key}")
        built = build(row)
        row.finish()
        return built

    def _typed(self, key: str, kind: type[T]) -> T:
        return self._element(key, self._unread.pop(key, None), kind)

    def _optional(self, key: str, kind: type[T]) -> T | None:
        value = self._unread.pop(key, None)
        return None if value is None else self._element(key, value, kind)

    def _element(self, key: str, value: object, kind: type[T]) -> T:
        if isinstance(value, bool) and kind is not bool:
            raise self._wrong(key, "value", value)
        if not isinstance(value, kind):
            raise self._wrong(key, str(kind), value)
        return value

    def _number(self, key: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, "number", value)
        return float(value)

    def _items(self, key: str, value: object) -> Sequence[object]:
        if not isinstance(value, list):
            raise self._wrong(key, "list", value)
        return value

    def _wrong(self, key: str, expected: str, value: object) -> CodeListError:
        problem = f"{self.where}.{key}: expected {expected}, found {value!r}"
        return CodeListError(problem, key, is_absent=value is None)


class CodeListRow:
    """Base of all classes of rows: `read` reads each field by its type, at the key of the field's name.

    `field(metadata={"key": …})` names another key; `{"read": …}` names a function that reads it from the row.
    """

    __slots__ = ()

    @classmethod
    def read(cls, row: ListFileRow) -> Self:
        """Read one row."""
        return row.build(cls)


def _required_day(row: ListFileRow, key: str) -> date:
    day = row.day(key)
    if day is None:
        raise CodeListError(f"{row.where}.{key}: absent", key, is_absent=True)
    return day


_READERS_BY_TYPE: Mapping[object, Callable[[ListFileRow, str], object]] = {
    str: ListFileRow.text,
    str | None: ListFileRow.text_or_none,
    int: ListFileRow.whole,
    int | None: ListFileRow.whole_or_none,
    float | None: ListFileRow.number_or_none,
    bool: ListFileRow.flag,
    date: _required_day,
    date | None: ListFileRow.day,
    time: lambda row, key: time.fromisoformat(row.text(key)),
    tuple[str, ...]: ListFileRow.texts,
    tuple[float, ...]: ListFileRow.numbers,
    frozenset[str]: lambda row, key: frozenset(row.texts(key)),
    Mapping[str, str]: ListFileRow.text_map,
}


@cache
def _readers(row_class: Any) -> Mapping[str, Callable[[ListFileRow], object]]:
    """Return the reader of each field of a class of rows."""
    types = get_type_hints(row_class)
    return {each.name: _reader(each, types[each.name]) for each in fields(row_class) if each.init}


def _reader(field: Field[Any], type_: Any) -> Callable[[ListFileRow], object]:
    if "read" in field.metadata:
        own: Callable[[ListFileRow], object] = field.metadata["read"]
        return own
    key = field.metadata.get("key", field.name)
    if type_ in _READERS_BY_TYPE:
        read = _READERS_BY_TYPE[type_]
        return lambda row: read(row, key)
    if get_origin(type_) is tuple:
        row_class, _ = get_args(type_)
        return lambda row: row.each(key, row_class.read)
    return lambda row: row.nested(key, type_.read)


def by_id(items: Sequence[T], key: Callable[[T], str], where: str) -> dict[str, T]:
    """Index rows by key; raise if a key occurs more than once."""
    index = {key(item): item for item in items}
    if len(index) != len(items):
        raise CodeListError(f"{where}: duplicate id")
    return index
