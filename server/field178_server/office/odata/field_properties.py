"""Properties of a record's fields, derived from the catalogue and read from the stored body.

The body is read once a row, and only for a query that names such a property.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ScalarSelect, Text, case, cast, literal, select

from field178_server.database.models import EstablishmentProjection, FiledRecord, Record
from field178_server.database.packed_text import unpacked
from field178_server.office.odata.edm import SQL_TYPES, EdmType, EntityProperty, FieldSource
from field178_shared.codelists import CodeLists
from field178_shared.records.reading import Data
from field178_shared.schemas.fields.columns import ColumnShape, RecordColumn, record_columns
from field178_shared.schemas.fields.spec import FieldKind
from field178_shared.time.clock import from_wire

# SQLite stores JSON as text.
_JSON = JSON().with_variant(Text(), "sqlite")
_WHOLE_NUMBER, _ISO_DAY = r"^-?[0-9]{1,18}$", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_TYPES: Mapping[FieldKind, EdmType] = {
    FieldKind.NUMBER: EdmType.INT64,
    FieldKind.MONEY: EdmType.INT64,
    FieldKind.BYTES: EdmType.INT64,
    FieldKind.DATE: EdmType.DATE,
    FieldKind.MONTH: EdmType.DATE,
    FieldKind.HALF_YEAR: EdmType.DATE,
    FieldKind.INSTANT: EdmType.INSTANT,
    FieldKind.FLAG: EdmType.BOOLEAN,
}
# Kinds of fields whose values are ids; their property names end in Id or Ids.
_IDS = frozenset({FieldKind.CHOICE, FieldKind.ANSWER, FieldKind.TEAM, FieldKind.ESTABLISHMENT})
# Separator of the ids of a list, and between the values of entries.
_SEPARATOR = ";"


def field_properties(
    record_type: str,
    lists: CodeLists,
    covered: Collection[str],
    table: type[EstablishmentProjection | FiledRecord],
) -> tuple[EntityProperty, ...]:
    """Return a property for each column of a record type that is allowed in feeds.

    `covered`: columns that the feed has already; `table` has a row for each record.
    """
    body = _stored_body(table)
    return tuple(
        _property(column, body)
        for column in record_columns(record_type, lists)
        if column.name not in covered and not column.field.why_not_in_feeds
    )


def _stored_body(table: type[EstablishmentProjection | FiledRecord]) -> ScalarSelect[str]:
    """Return the stored body of a row's record."""
    is_of_row = (Record.tenant_id == table.tenant_id, Record.record_id == table.record_id)
    return select(Record.body).where(*is_of_row).correlate(table).scalar_subquery()


def _property(column: RecordColumn, body: ScalarSelect[str]) -> EntityProperty:
    type_ = EdmType.STRING if column.is_list else _TYPES.get(column.kind, EdmType.STRING)
    is_comparable = column.shape is ColumnShape.VALUE and not column.is_list
    expression = _compared(body, column.path, type_) if is_comparable else None
    source = FieldSource(column, body, _reader(column, type_))
    is_nullable = column.shape is not ColumnShape.COUNT
    return EntityProperty(_name(column), type_, expression, is_nullable, source)


def _name(column: RecordColumn) -> str:
    """Return the property name of a column: `answers.fire_training` is AnswersFireTrainingId."""
    stem = column.name.removesuffix("_ids").removesuffix("_id")
    words = stem.replace(".", "_").split("_")
    suffix = ("Ids" if column.is_list else "Id") if column.kind in _IDS else ""
    return "".join(word[:1].upper() + word[1:] for word in words) + suffix


def _reader(column: RecordColumn, type_: EdmType) -> Callable[[Data], object]:
    if column.shape is ColumnShape.MEMBERS:
        convert: Callable[[object], object] = _joined_members
    else:
        convert = _joined if column.is_list else _CONVERSIONS.get(type_, _text)
    value_of = column.value
    return lambda data: convert(value_of(data))


def _joined(value: object) -> str | None:
    ids = [value_id for value_id in value if isinstance(value_id, str)] if isinstance(value, list) else []
    return _SEPARATOR.join(ids) or None


def _joined_members(value: object) -> str | None:
    """Return the values of entries, "" for an entry without one, so that columns of a group correspond."""
    return _SEPARATOR.join(_member_text(member) for member in value) if isinstance(value, list) else None


def _member_text(value: object) -> str:
    """Return the value of an entry as JSON writes it, without quotes; several ids are joined by a comma."""
    if isinstance(value, list):
        return ",".join(item for item in value if isinstance(item, str))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else ""


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _instant(value: object) -> datetime | None:
    return from_wire(value) if isinstance(value, str) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


_CONVERSIONS: Mapping[EdmType, Callable[[object], object]] = {
    EdmType.INT64: _number,
    EdmType.DATE: _day,
    EdmType.INSTANT: _instant,
    EdmType.BOOLEAN: _flag,
}


def _compared(stored: ScalarSelect[str], path: str, type_: EdmType) -> ColumnElement[Any] | None:
    """Return the SQL value at a path of a stored body; None if the two engines would compare it differently.

    A value of another type than the column (after a question's kind was changed) compares as NULL.
    """
    if type_ is EdmType.INSTANT:
        return None
    *groups, name = path.split(".")
    body: ColumnElement[Any] = cast(unpacked(stored), _JSON)
    for group in groups:
        body = body.op("->")(literal(group, Text()))
    text: ColumnElement[Any] = cast(body.op("->>")(literal(name, Text())), Text())
    if type_ is EdmType.STRING:
        return text
    if type_ is EdmType.BOOLEAN:
        return case((text.in_(("true", "1")), literal(True)), (text.in_(("false", "0")), literal(False)))
    form = _ISO_DAY if type_ is EdmType.DATE else _WHOLE_NUMBER
    return case((text.regexp_match(form), cast(text, SQL_TYPES[type_])))
