"""Entity data model of OData 4.0, as far as the feeds need it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, Text
from sqlalchemy.types import TypeEngine

from field178_server.database.declarative_base import CalendarDate, UtcDateTime


class EdmType(StrEnum):
    """A primitive type."""

    STRING = "Edm.String"
    DATE = "Edm.Date"
    INSTANT = "Edm.DateTimeOffset"
    INT32 = "Edm.Int32"
    INT64 = "Edm.Int64"
    DOUBLE = "Edm.Double"
    BOOLEAN = "Edm.Boolean"

    @property
    def is_number(self) -> bool:
        """Whether its values add up."""
        return self in (EdmType.INT32, EdmType.INT64, EdmType.DOUBLE)


SQL_TYPES: Mapping[EdmType, TypeEngine[Any]] = MappingProxyType(
    {
        EdmType.STRING: Text(),
        EdmType.DATE: CalendarDate(),
        EdmType.INSTANT: UtcDateTime(),
        EdmType.INT32: BigInteger(),
        EdmType.INT64: BigInteger(),
        EdmType.DOUBLE: Float(),
        EdmType.BOOLEAN: Boolean(),
    }
)
