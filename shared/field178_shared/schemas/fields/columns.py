"""Columns of a record type as tables, files and feeds have them, derived from the catalogue of its fields.

A field of one value is one column under its path. Entries of a group are counted (`findings_count`), and
named where a code list names them (`findings`). Their members have a column each: with the values of all
entries (`findings.occurred_on`), or for each key where a code list has the keys
(`materials.leaflet.quantity`, `answers.fire_training`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from enum import StrEnum
from functools import lru_cache

from field178_shared.codelists import CodeLists
from field178_shared.codelists.checklist import AnswerKind, ChecklistItem
from field178_shared.codelists.labels import Labelled
from field178_shared.records.reading import Data, entries_of
from field178_shared.schemas.fields.catalogue import FIELDS, choices_of, described_at, translated
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.i18n import LANGUAGES, N_

_ANSWERS = "items"
_ONE_OF_MANY = "a column for each row of a list: files have them, a page has no room to choose from so many"
_OF_ENTRIES = "the values of several entries in a cell: files have them, a page shows the entries one by one"
_COUNTED = N_("{field} (number)")
_ANSWER_KINDS = {
    AnswerKind.COUNT: FieldKind.NUMBER,
    AnswerKind.MONEY: FieldKind.MONEY,
    AnswerKind.DATE: FieldKind.DATE,
}


class ColumnShape(StrEnum):
    """What a column holds of its field.

    VALUE: the value; NAMES: the distinct names of the entries; COUNT: the number of entries; MEMBERS: the
    value of a member of each entry, in the order of the entries, so that the columns of a group correspond.
    """

    VALUE = "value"
    NAMES = "names"
    COUNT = "count"
    MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class RecordColumn:
    """Column of a record type.

    `name` never changes: programs and saved tables depend on it. `path` is where the value is in the stored
    body, with `*` for the entries of a group; `keys` are its parts. `entry` is the row of a code list whose
    key is part of the path, `item` the question of an answer. `kind` is that of the value; ANSWER: a word of
    a yes-or-no question or of the list of a question. `is_labelled_by_group`: the label of the answer begins
    with that of its group, because another column has the same label.
    """

    record_type: str
    name: str
    path: str
    field: FieldSpec
    shape: ColumnShape = ColumnShape.VALUE
    entry: Labelled | None = None
    item: ChecklistItem | None = None
    is_labelled_by_group: bool = False
    keys: tuple[str, ...] = dataclass_field(init=False)
    kind: FieldKind = dataclass_field(init=False)

    def __post_init__(self) -> None:
        """Note what is needed for every row."""
        object.__setattr__(self, "keys", tuple(self.path.split(".")))
        object.__setattr__(self, "kind", _kind_of(self.field, self.shape, self.item))

    @property
    def why_not_in_tables(self) -> str:
        """Return why the console's table has no such column, "" if it can be chosen there."""
        if self.item is not None or self.entry is not None:
            return _ONE_OF_MANY
        return _OF_ENTRIES if self.shape is ColumnShape.MEMBERS else self.field.why_not_in_tables

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
        if self.shape in (ColumnShape.NAMES, ColumnShape.MEMBERS):
            return True
        return (described_at(self.record_type, self.path) or {}).get("type") == "array"

    def label(self, language: str) -> str:
        """Return the heading of the column."""
        label = translated(self.field.label, language)
        if self.item is not None:
            question = self.item.label(language)
            return f"{label} · {question}" if self.is_labelled_by_group else question
        if self.shape is ColumnShape.COUNT:
            return translated(_COUNTED, language).format(field=label)
        if self.shape is ColumnShape.MEMBERS:
            group = FIELDS[self.record_type][self.keys[0]]
            return f"{translated(group.label, language)} · {label}"
        return f"{label} · {self.entry.label(language)}" if self.entry else label

    def value(self, data: Data) -> object:
        """Return the value of a stored body: a count, a list, or the stored value; None: absent.

        A list of MEMBERS has None for an entry without the member; it is None if no entry has it.
        """
        if self.shape is ColumnShape.VALUE:
            return _value_at(data, self.keys)
        entries = entries_of(data, self.keys[0])
        if self.shape is ColumnShape.MEMBERS:
            values = [_value_at(entry, self.keys[2:]) for entry in entries.values()]
            return values if any(value is not None for value in values) else None
        if self.shape is ColumnShape.COUNT:
            return len(entries)
        if not (named_by := _entry_field(self.record_type, self.path).named_by):
            return list(entries)
        names = (entry.get(named_by) for entry in entries.values())
        return list(dict.fromkeys(name for name in names if isinstance(name, str)))


@lru_cache(maxsize=64)
def record_columns(record_type: str, lists: CodeLists) -> tuple[RecordColumn, ...]:
    """Return the columns of what may leave of a record type, in the order of its fields."""
    columns = tuple(_columns(record_type, lists))
    ambiguous = _ambiguous_answers(columns)
    return tuple(
        replace(column, is_labelled_by_group=True) if column.name in ambiguous else column
        for column in columns
    )


def _ambiguous_answers(columns: Sequence[RecordColumn]) -> frozenset[str]:
    """Return the names of answers that have the label of another column in a language."""
    labels = Counter((language, column.label(language)) for column in columns for language in LANGUAGES)
    return frozenset(
        column.name
        for column in columns
        if column.item is not None
        and any(labels[language, column.label(language)] > 1 for language in LANGUAGES)
    )


def _value_at(data: object, keys: Sequence[str]) -> object:
    """Return the value at a path of a stored body or entry; None: absent."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


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
    members = tuple(_members(record_type, entry))
    for key, labelled in keys.items():
        for member in members:
            name = member.path.replace("*", key)
            yield RecordColumn(record_type, name, name, member, entry=labelled)
    if not keys:
        for member in members:
            name = member.path.replace(".*", "")
            yield RecordColumn(record_type, name, member.path, member, ColumnShape.MEMBERS)


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


def _members(record_type: str, entry: FieldSpec) -> Iterator[FieldSpec]:
    """Yield the fields of an entry that may leave."""
    fields: Mapping[str, FieldSpec] = FIELDS[record_type]
    for member in fields.values():
        is_member = member.path.startswith(f"{entry.path}.") and member.kind is not FieldKind.GROUP
        if is_member and not member.why_not_exported:
            yield member
