"""Tables of data feeds: filter, order and keyset pages, each page begins after the last row before."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from field178_server.database.engine import engine_in_memory
from field178_server.office.odata.edm import SQL_TYPES, EdmType, EntityProperty
from field178_server.office.odata.entity_sets import STATE, EntitySet
from field178_server.office.odata.feed_reader import FeedReader
from field178_server.office.odata.supported import refused
from field178_shared.records.review import ReviewState
from field178_shared.text.formats import parse_whole_number

if TYPE_CHECKING:
    from field178_server.office.odata.filter_conditions import Filter

# Default and largest number of rows of a page.
PAGE_SIZE, MOST_PAGE_SIZE = 10_000, 50_000
# Rows in memory at a time.
_STEP = 1000
ORDER = "$orderby"
# Most digits of a number in a key.
_DIGITS = 9

Row = Sequence[object]
Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """A query of a table; `order`: column names, each with whether it descends.

    `after`: mark of the last row of the previous page.
    """

    table: EntitySet
    columns: tuple[str, ...]
    filter: Filter | None = None
    order: tuple[tuple[str, bool], ...] = ()
    top: int | None = None
    skip: int = 0
    after: str = ""
    page_size: int = PAGE_SIZE
    key: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Number of rows of a page, and the mark of its last row if more rows follow."""

    rows: int
    after: str = ""


class FeedTable:
    """A table in one snapshot of the store."""

    def __init__(self, connection: Connection, reader: FeedReader, query: FeedQuery) -> None:
        self._connection = connection
        self._query = query
        self._order = _whole_order(query)
        self._conditions = _conditions(reader, query)

    def count(self) -> int:
        """Return the number of all rows, regardless of page size and `top`."""
        table = self._query.table
        statement = select(func.count()).select_from(table.source).where(*self._conditions)
        return int(self._connection.scalar(statement) or 0)

    def read(self, write: Callable[[Row], None]) -> FeedPage:
        """Write the rows of a page one at a time."""
        query = self._query
        size = query.page_size if query.top is None else min(query.top, query.page_size)
        statement = self._statement().limit(size + 1)
        if query.skip:
            statement = statement.offset(query.skip)
        columns = [query.table.by_name[name] for name in query.columns]
        complete, width = _row_reader(columns)
        count, mark = 0, ""
        with self._connection.execution_options(yield_per=_STEP).execute(statement) as rows:
            for row in rows:
                if count == size:
                    is_more = query.top is None or query.top > size
                    return FeedPage(count, mark if is_more else "")
                write(complete(row[:width]))
                count += 1
                if count == size:
                    mark = _mark(row[width:])
        return FeedPage(count)

    def _statement(self) -> Select[Any]:
        query, by_name = self._query, self._query.table.by_name
        selected = _selected([by_name[name] for name in query.columns])
        marks = [by_name[name].compared(ORDER) for name, _ in self._order]
        # Unique labels: joined tables have columns of the same name.
        labelled = [expression.label(f"c{place}") for place, expression in enumerate([*selected, *marks])]
        statement = select(*labelled).select_from(query.table.source).where(*self._conditions)
        if query.after:
            statement = statement.where(self._after(query.after))
        return statement.order_by(*self._order_by())

    def _order_by(self) -> Iterator[Any]:
        """Yield the terms of the order; NULL is lower than every value."""
        by_name = self._query.table.by_name
        for name, is_descending in self._order:
            column = by_name[name].compared(ORDER)
            yield column.desc().nulls_last() if is_descending else column.asc().nulls_first()

    def _after(self, mark: str) -> Condition:
        by_name = self._query.table.by_name
        terms = [(by_name[name], is_descending) for name, is_descending in self._order]
        values = _values(mark, [column for column, _ in terms])
        if not any(column.is_nullable or is_descending for column, is_descending in terms):
            bound = [
                literal(value, SQL_TYPES[column.type])
                for (column, _), value in zip(terms, values, strict=True)
            ]
            return tuple_(*(column.compared(ORDER) for column, _ in terms)) > tuple_(*bound)
        steps, same = [], list[Condition]()
        for (column, is_descending), value in zip(terms, values, strict=True):
            steps.append(and_(*same, _is_behind(column, value, is_descending=is_descending)))
            same.append(_is_same(column, value))
        first, is_descending = terms[0]
        if not is_descending and values[0] is not None:
            # Redundant condition for the index: no row after the mark is below its first value.
            return and_(first.compared(ORDER) >= literal(values[0], SQL_TYPES[first.type]), or_(*steps))
        return or_(*steps)


@contextmanager
def open_table(session: Session, reader: FeedReader, query: FeedQuery) -> Iterator[FeedTable]:
    """Open a table for reading; a computed table is first written into a database in memory."""
    table = query.table
    if table.rows is None:
        yield FeedTable(session.connection(), reader, query)
        return
    equals = {**(query.filter.equals() if query.filter else {}), **_typed_key(query)}
    engine = engine_in_memory()
    try:
        with engine.connect() as connection:
            table.source.metadata.create_all(connection)  # type: ignore[attr-defined]  # a Table has it
            names = [column.name for column in table.properties]
            rows = [dict(zip(names, row, strict=True)) for row in table.rows(session, reader, equals)]
            if rows:
                connection.execute(insert(table.source), rows)  # type: ignore[arg-type]  # a Table too
            yield FeedTable(connection, reader, query)
    finally:
        engine.dispose()


def _conditions(reader: FeedReader, query: FeedQuery) -> list[Condition]:
    table = query.table
    conditions = table.within(reader)
    if query.filter is not None:
        conditions.append(query.filter.condition)
    if query.key is not None:
        typed = _typed_key(query)
        conditions += [table.by_name[name].compared("key") == value for name, value in typed.items()]
    elif table.state is not None and not (query.filter and query.filter.names(STATE)):
        conditions.append(table.state.compared(ORDER) == ReviewState.APPROVED)
    return conditions


def _typed_key(query: FeedQuery) -> dict[str, object]:
    typed: dict[str, object] = {}
    for name, text in (query.key or {}).items():
        is_number = query.table.by_name[name].type.is_number
        value = parse_whole_number(text, _DIGITS) if is_number else text
        if value is None:
            raise refused(name, "no number")
        typed[name] = value
    return typed


def _selected(columns: Sequence[EntityProperty]) -> list[ColumnElement[Any]]:
    """Return the selected expressions of columns; the stored body comes last, once for all fields."""
    stored = [column.compared("$select") for column in columns if column.source is None]
    bodies = [column.source.body for column in columns if column.source is not None]
    return [*stored, *bodies[:1]]


def _row_reader(columns: Sequence[EntityProperty]) -> tuple[Callable[[Row], Row], int]:
    """Return the function that converts selected rows to columns, and the width of such a row."""
    width = len(_selected(columns))
    if all(column.source is None for column in columns):
        return lambda row: row, width

    def complete(row: Row) -> Row:
        *stored, body = row
        values, data = iter(stored), msgspec.json.decode(str(body))
        return [next(values) if column.source is None else column.source.read(data) for column in columns]

    return complete, width


def _whole_order(query: FeedQuery) -> tuple[tuple[str, bool], ...]:
    """Return the order with the key columns appended, so that the order of rows is unique."""
    named = {name for name, _ in query.order}
    return (*query.order, *((name, False) for name in query.table.key if name not in named))


def _is_behind(property_: EntityProperty, value: object, *, is_descending: bool) -> Condition:
    column = property_.compared(ORDER)
    if value is None:
        return literal(False) if is_descending else column.is_not(None)
    bound = literal(value, SQL_TYPES[property_.type])
    if not is_descending:
        return column > bound
    return or_(column < bound, column.is_(None)) if property_.is_nullable else column < bound


def _is_same(property_: EntityProperty, value: object) -> Condition:
    column = property_.compared(ORDER)
    return column.is_(None) if value is None else column == literal(value, SQL_TYPES[property_.type])


def _mark(values: Sequence[object]) -> str:
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def _values(mark: str, columns: Sequence[EntityProperty]) -> list[object]:
    """Return the values of a mark; a mark of another query is refused."""
    try:
        plain = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if not isinstance(plain, list) or len(plain) != len(columns):
            raise ValueError(mark)
        return [_value(value, column.type) for value, column in zip(plain, columns, strict=True)]
    except (ValueError, TypeError, RecursionError):
        raise refused("$skiptoken", "not of this query") from None


def _value(plain: object, kind: EdmType) -> object:
    if plain is None:
        return None
    if kind is EdmType.DATE:
        return date.fromisoformat(str(plain))
    if kind is EdmType.INSTANT:
        return datetime.fromisoformat(str(plain)).astimezone(UTC)
    expected = _PLAIN.get(kind, (int, float))
    if not isinstance(plain, expected) or (isinstance(plain, bool) and kind is not EdmType.BOOLEAN):
        raise TypeError(plain)
    return plain


_PLAIN: Mapping[EdmType, tuple[type, ...]] = {EdmType.STRING: (str,), EdmType.BOOLEAN: (bool,)}
