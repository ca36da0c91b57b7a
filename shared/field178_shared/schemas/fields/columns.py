"""Columns of a record type as tables, files and feeds have them, derived from the catalogue of its fields.

A field of one value is one column under its path. Entries of a group are counted (`findings_count`), and
named where a code list names them (`findings`); counts of entries under the keys of a code list, and the
answers of a checklist, have a column for each key (`materials.leaflet.quantity`, `answers.fire_training`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum
from functools import lru_cache

from field178_shared.codelists import CodeLists
from field178_shared.codelists.checklist import AnswerKind, ChecklistItem
from field178_shared.codelists.labels import Labelled
from field178_shared.records.reading import Data, entries_of
from field178_shared.schemas.fields.catalogue import FIELDS, choices_of, described_at, translated
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.i18n import N_

_ANSWERS = "items"
_ONE_OF_MANY = "a column for each row of a list: files have them, a page has no room to choose from so many"
_COUNTED = N_("{field} (number)")
_ANSWER_KINDS = {
    AnswerKind.COUNT: FieldKind.NUMBER,
    AnswerKind.MONEY: FieldKind.MONEY,
    AnswerKind.DATE: FieldKind.DATE,
}


class ColumnShape(StrEnum):
    """What a column holds of its field: the value, the names of its entries, or how many there are."""

    VALUE = "value"
    NAMES = "names"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class RecordColumn:
    """One column of a record type.

    `name` never changes: programs and saved tables depend on it. `path` is where the value is in the stored
    body, `keys` its parts. `entry` is the row of a code list whose key is part of the path, `item` the
    question of an answer. `kind` is that of the value; ANSWER: a word of a yes-or-no question or of the list
    of a question.
    """

    record_type: str
    name: str
    path: str
    field: FieldSpec
    shape: ColumnShape = ColumnShape.VALUE
    entry: Labelled | None = None
    item: ChecklistItem | None = None
    keys: tuple[str, ...] = dataclass_field(init=False)
    kind: FieldKind = dataclass_field(init=False)

    def __post_init__(self) -> None:
        """Note what is needed for every row."""
        object.__setattr__(self, "keys", tuple(self.path.split(".")))
        object.__setattr__(self, "kind", _kind_of(self.field, self.shape, self.item))

    @property
    def why_not_in_tables(self) -> str:
        """Return why the console's table has no such column, "" if it can be chosen there."""
        is_one_of_many = self.item is not None or self.entry is not None
        return _ONE_OF_MANY if is_one_of_many else self.field.why_not_in_tables

    @property
    def list_name(self) -> str:
        """The code list that has the ids of the column; "" where it has none."""
        if self.item is not None:
            return self.item.choice_list or ""
        if self.shape is not ColumnShape.NAMES:
            return self.field.choices
        entry = _entry_field(self.record_type, self.path)
        return entry.keys or FIELDS[self.record_type][f"{entry.path}.{entry.named_by}"].choices

    @property
    def is_list(self) -> bool:
        """Tell whether a cell can hold several values."""
        described = described_at(self.record_type, self.path) or {}
        return self.shape is ColumnShape.NAMES or described.get("type") == "array"

    def label(self, language: str) -> str:
        """Return the heading of the column."""
        if self.item is not None:
            return self.item.label(language)
        label = translated(self.field.label, language)
        if self.shape is ColumnShape.COUNT:
            return translated(_COUNTED, language).format(field=label)
        return f"{label} · {self.entry.label(language)}" if self.entry else label

    def value(self, data: Data) -> object:
        """Return the value of a stored body: a count, a list of ids, or what is stored; None: absent."""
        if self.shape is ColumnShape.VALUE:
            value: object = data
            for key in self.keys:
                value = value.get(key) if isinstance(value, dict) else None
            return value
        entries = entries_of(data, self.path)
        if self.shape is ColumnShape.COUNT:
            return len(entries)
        if not (named_by := _entry_field(self.record_type, self.path).named_by):
            return list(entries)
        names = (entry.get(named_by) for entry in entries.values())
        return list(dict.fromkeys(name for name in names if isinstance(name, str)))


@lru_cache(maxsize=64)
def record_columns(record_type: str, lists: CodeLists) -> tuple[RecordColumn, ...]:
    """Return the columns of what may leave of a record type, in the order of its fields."""
    return tuple(_columns(record_type, lists))


def _kind_of(field: FieldSpec, shape: ColumnShape, item: ChecklistItem | None) -> FieldKind:
    if shape is ColumnShape.COUNT:
        return FieldKind.NUMBER
    if item is not None:
        return _ANSWER_KINDS.get(item.answer, FieldKind.ANSWER)
    return FieldKind.CHOICE if shape is ColumnShape.NAMES else field.kind


def _columns(record_type: str, lists: CodeLists) -> Iterator[RecordColumn]:
    fields = FIELDS.get(record_type, {})
    for path, field in fields.items():
        if "." in path or field.why_not_exported:
            continue
        if field.kind is not FieldKind.GROUP:
            yield RecordColumn(record_type, path, path, field)
        elif f"{path}.*" in fields:
            yield from _columns_of_entries(record_type, field, lists)
        else:
            members = (field for field in fields.values() if field.path.startswith(f"{path}."))
            yield from (
                RecordColumn(record_type, member.path, member.path, member)
                for member in members
                if not member.why_not_exported
            )


def _columns_of_entries(record_type: str, field: FieldSpec, lists: CodeLists) -> Iterator[RecordColumn]:
    entry, path = _entry_field(record_type, field.path), field.path
    if entry.keys == _ANSWERS:
        yield from _columns_of_answers(record_type, field, lists)
        return
    keys = choices_of(entry.keys, lists) if entry.keys else {}
    if keys or _is_named_by_a_list(record_type, entry):
        yield RecordColumn(record_type, path, path, field, ColumnShape.NAMES)
    yield RecordColumn(record_type, f"{path}_count", path, field, ColumnShape.COUNT)
    for key, labelled in keys.items():
        for member in _counts(record_type, entry):
            name = member.path.replace("*", key)
            yield RecordColumn(record_type, name, name, member, entry=labelled)


def _columns_of_answers(record_type: str, field: FieldSpec, lists: CodeLists) -> Iterator[RecordColumn]:
    """Yield a column for each question but free texts, and counts that would point at a person."""
    for item in lists.items.values():
        if item.answer is not AnswerKind.TEXT and not item.is_suppressed:
            path = f"{field.path}.{item.id}"
            yield RecordColumn(record_type, path, f"{path}.v", field, item=item)


def _entry_field(record_type: str, path: str) -> FieldSpec:
    return FIELDS[record_type][f"{path}.*"]


def _is_named_by_a_list(record_type: str, entry: FieldSpec) -> bool:
    member = FIELDS[record_type].get(f"{entry.path}.{entry.named_by}")
    return member is not None and member.kind is FieldKind.CHOICE and not member.why_not_exported


def _counts(record_type: str, entry: FieldSpec) -> Iterator[FieldSpec]:
    members: Mapping[str, FieldSpec] = FIELDS[record_type]
    for member in members.values():
        is_member = member.path.startswith(f"{entry.path}.")
        if is_member and member.kind is FieldKind.NUMBER and not member.why_not_exported:
            yield member
