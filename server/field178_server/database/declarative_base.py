"""Declarative base of the tables: names of constraints, and column types for both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, LargeBinary, MetaData, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant: TIMESTAMPTZ on PostgreSQL, ISO text that sorts by time on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the engine's own column type."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return the stored form of an instant, in UTC; raise ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        utc = value.astimezone(UTC)
        return utc.isoformat(timespec="microseconds") if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        assert isinstance(instant, datetime)
        return instant.astimezone(UTC)


class CalendarDate(TypeDecorator[date]):
    """A calendar date: DATE on PostgreSQL, ISO text on SQLite."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the engine's own column type."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """Return the stored form of a date: ISO text on SQLite."""
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """Return the date of a stored value."""
        return date.fromisoformat(value) if isinstance(value, str) else value


# Keys compare byte by byte on every engine, so that their order is the same in Python, SQLite and PostgreSQL:
# the order of row locks depends on it.
KEY_TYPE = Text().with_variant(Text(collation="C"), "postgresql")

TenantKey = Annotated[str, mapped_column(KEY_TYPE, primary_key=True)]
KeyPart = Annotated[str, mapped_column(KEY_TYPE, primary_key=True)]
Key = Annotated[str, mapped_column(KEY_TYPE)]
MaybeKey = Annotated[str | None, mapped_column(KEY_TYPE, nullable=True)]


class Base(DeclarativeBase):
    """Base of the models. Every table of a tenant has tenant_id first in its PK, UNIQUE and FK."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            str: Text(),
            int: BigInteger(),
            bool: Boolean(),
            bytes: LargeBinary(),
            datetime: UtcDateTime(),
            date: CalendarDate(),
        },
    )


def table_args(*items: SchemaItem, in_key_order: bool = False) -> tuple[SchemaItem | dict[str, Any], ...]:
    """Return `__table_args__` of a table that is STRICT on SQLite.

    `in_key_order`: its rows are stored in the index of the primary key (WITHOUT ROWID), for rows that are
    little more than their key. Otherwise that index stores every key a second time. Indexes on other columns
    then contain the key, and pages are a fifth emptier: long rows take more space than they save.
    """
    return (*items, {"sqlite_strict": True, "sqlite_with_rowid": not in_key_order})


def table_of(model: type[Base]) -> Table:
    """Return the table of a model, for statements without mapped objects."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


@compiles(BigInteger, "sqlite")
@compiles(Boolean, "sqlite")
def _strict_integer(element: TypeEngine[Any], compiler: object, **kw: object) -> str:
    # STRICT tables allow only INTEGER, TEXT, BLOB, REAL and ANY.
    return "INTEGER"
