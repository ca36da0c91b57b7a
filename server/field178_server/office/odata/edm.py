"""Entity data model of OData 4.0, as far as the feeds need it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Float, Text
from sqlalchemy.types import TypeEngine

from field178_server.database.declarative_base import CalendarDate, UtcDateTime
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.reading import Data
from field178_shared.schemas.fields.columns import RecordColumn


class EdmType(StrEnum):
    """A primitive type of OData."""

    STRING = "Edm.String"
    DATE = "Edm.Date"
    INSTANT = "Edm.DateTimeOffset"
    INT32 = "Edm.Int32"
    INT64 = "Edm.Int64"
    DOUBLE = "Edm.Double"
    BOOLEAN = "Edm.Boolean"

    @property
    def is_number(self) -> bool:
        """Whether values of the type are numbers."""
        return self in (EdmType.INT32, EdmType.INT64, EdmType.DOUBLE)


SQL_TYPES: Mapping[EdmType, TypeEngine[Any]] = {
    EdmType.STRING: Text(),
    EdmType.DATE: CalendarDate(),
    EdmType.INSTANT: UtcDateTime(),
    EdmType.INT32: BigInteger(),
    EdmType.INT64: BigInteger(),
    EdmType.DOUBLE: Float(),
    EdmType.BOOLEAN: Boolean(),
}


@dataclass(frozen=True, slots=True)
class FieldSource:
    """Source of a property: column of the record, stored body of the row, and function that reads a body."""

    column: RecordColumn
    body: ColumnElement[str]
    read: Callable[[Data], object]


@dataclass(frozen=True, slots=True)
class EntityProperty:
    """A column of a table: name, type and SQL expression.

    A property with a `source` is read from the stored body of the record; its expression is only for
    comparisons in SQL, None if SQL cannot compare it.
    """

    name: str
    type: EdmType
    expression: ColumnElement[Any] | None
    is_nullable: bool = True
    source: FieldSource | None = None

    def compared(self, option: str) -> ColumnElement[Any]:
        """Return the expression for filters and orders; raises AppError(query_unsupported) without one."""
        if self.expression is None:
            problem = f"{self.name} can be read, but neither filtered nor ordered by"
            raise AppError(ErrorCode.QUERY_UNSUPPORTED, target=option, problem=problem)
        return self.expression
