"""Cells of a record's columns: numbers, days and instants as such, everything else in words."""

from __future__ import annotations

from field178_server.console.text.field_labels import value_text
from field178_server.console.text.format_values import answer_text, as_listed
from field178_server.console.text.localize import Localizer
from field178_server.office.exports.table_files import Cell
from field178_shared.records.reading import Data, day_of, instant_of
from field178_shared.schemas.fields.columns import ColumnShape, RecordColumn
from field178_shared.schemas.fields.spec import FieldKind
from field178_shared.text.privacy import lint, mask

NUMBERS = frozenset({FieldKind.NUMBER, FieldKind.MONEY, FieldKind.BYTES})
_DAYS = frozenset({FieldKind.DATE, FieldKind.MONTH})


def cell_of(column: RecordColumn, data: Data, localizer: Localizer) -> Cell:
    """Return the cell of a column for the stored body of a record; None: absent."""
    value = column.value(data)
    if value is None:
        return None
    if column.shape is ColumnShape.MEMBERS and isinstance(value, list):
        return "; ".join(_member_text(column, member, localizer) for member in value)
    if column.kind in NUMBERS and isinstance(value, int | float):
        return value
    if column.kind in _DAYS:
        return day_of({"value": value}, "value")
    if column.kind is FieldKind.INSTANT:
        return instant_of({"value": value}, "value")
    if column.item is not None:
        return answer_text(localizer, column.item.id, value)
    if column.shape is ColumnShape.NAMES and isinstance(value, list):
        return "; ".join(as_listed(localizer, column.list_name, name) for name in value)
    return value_text(column.record_type, column.path, value, localizer)


def written_cell(column: RecordColumn, data: Data, localizer: Localizer) -> Cell:
    """Return the cell as files have it: in typed text, personal data is masked."""
    cell = cell_of(column, data, localizer)
    return mask(cell, lint(cell)) if column.kind is FieldKind.TEXT and isinstance(cell, str) else cell


def _member_text(column: RecordColumn, value: object, localizer: Localizer) -> str:
    """Return the text of one entry's member, "" for an entry without it."""
    return "" if value is None else value_text(column.record_type, column.path, value, localizer)
