"""Reading of a table: filtered, ordered, page by page from the row that the page before ended with."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from field178_server.database.engine import engine_in_memory
from field178_server.office.feeds.edm import SQL_TYPES, EdmType, EntityProperty
from field178_server.office.feeds.entity_sets import APPROVED, STATE, EntitySet
from field178_server.office.feeds.field_properties import STORED_BODY
from field178_server.office.feeds.filter_conditions import Condition, Filter, refused
from field178_server.office.feeds.reader import FeedReader
from field178_shared.text.formats import parse_whole_number

# Of a page that a program did not ask for another size of, and the largest that it gets.
PAGE_SIZE, MOST_PAGE_SIZE = 10_000, 50_000
# Rows that are in memory at once.
_STEP = 1000
ORDER = "$orderby"
# Of a number in a key.
_DIGITS = 9

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """What is asked of a table; `order`: names of columns, and whether each descends.

    `after`: the mark of the row that the page before ended with.
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
    """How many rows a page had, and the mark of its last one where others follow."""

    rows: int
    after: str = ""


class FeedTable:
    """One table in one state of the store."""

    def __init__(self, connection: Connection, reader: FeedReader, query: FeedQuery) -> None:
        self._connection = connection
        self._query = query
        self._order = _whole_order(query)
        self._conditions = _conditions(reader, query)

    def count(self) -> int:
        """Return how many rows there are, however many are asked for."""
        table = self._query.table
        statement = select(func.count()).select_from(table.source).where(*self._conditions)
        return int(self._connection.scalar(statement) or 0)

    def read(self, write: Callable[[Row], None]) -> FeedPage:
        """Write the rows of a page one by one."""
        query = self._query
        size = query.page_size if query.top is None else min(query.top, query.page_size)
        statement = self._statement().limit(size + 1)
        if query.skip:
            statement = statement.offset(query.skip)
        columns = [query.table.by_name[name] for name in query.columns]
        complete, width = _row_reader(columns)
        count, mark = 0, ""
        with self._connection.execution_options(yield_per=_STEP).execute(statement) as found:
            for row in found:
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
        # Each under a name of its own: two tables that are joined have columns of one name.
        labelled = [one.label(f"c{place}") for place, one in enumerate([*selected, *marks])]
        statement = select(*labelled).select_from(query.table.source).where(*self._conditions)
        if query.after:
            statement = statement.where(self._after(query.after))
        return statement.order_by(*self._order_by())

    def _order_by(self) -> Iterator[Any]:
        """Yield the terms of the order; what has no value stands below all that has one."""
        by_name = self._query.table.by_name
        for name, is_descending in self._order:
            column = by_name[name].compared(ORDER)
            yield column.desc().nulls_last() if is_descending else column.asc().nulls_first()

    def _after(self, mark: str) -> Condition:
        by_name = self._query.table.by_name
        terms = [(by_name[name], is_descending) for name, is_descending in self._order]
        values = _values(mark, [one for one, _ in terms])
        if not any(one.is_nullable or is_descending for one, is_descending in terms):
            bound = [
                literal(value, SQL_TYPES[one.type]) for (one, _), value in zip(terms, values, strict=True)
            ]
            return tuple_(*(one.compared(ORDER) for one, _ in terms)) > tuple_(*bound)
        steps, same = [], list[Condition]()
        for (one, is_descending), value in zip(terms, values, strict=True):
            steps.append(and_(*same, _is_behind(one, value, is_descending=is_descending)))
            same.append(_is_same(one, value))
        first, is_descending = terms[0]
        if not is_descending and values[0] is not None:
            # Said once more for the index: nothing behind the mark is below its first value.
            return and_(first.compared(ORDER) >= literal(values[0], SQL_TYPES[first.type]), or_(*steps))
        return or_(*steps)


@contextmanager
def open_table(session: Session, reader: FeedReader, query: FeedQuery) -> Iterator[FeedTable]:
    """Give a table to read from; one that is stored nowhere is made in memory first."""
    table = query.table
    if table.rows is None:
        yield FeedTable(session.connection(), reader, query)
        return
    wanted = {**(query.filter.equals() if query.filter else {}), **_typed_key(query)}
    engine = engine_in_memory()
    try:
        with engine.connect() as connection:
            table.source.metadata.create_all(connection)  # type: ignore[attr-defined]  # a Table has it
            names = [column.name for column in table.properties]
            rows = [dict(zip(names, row, strict=True)) for row in table.rows(session, reader, wanted)]
            if rows:
                connection.execute(insert(table.source), rows)  # type: ignore[arg-type]  # a Table too
            yield FeedTable(connection, reader, query)
    finally:
        engine.dispose()


def _conditions(reader: FeedReader, query: FeedQuery) -> list[Condition]:
    table = query.table
    found = table.within(reader)
    if query.filter is not None:
        found.append(query.filter.condition)
    if query.key is not None:
        typed = _typed_key(query)
        found += [table.by_name[name].compared("key") == value for name, value in typed.items()]
    elif table.state is not None and not (query.filter and query.filter.names(STATE)):
        found.append(table.state.compared(ORDER) == APPROVED)
    return found


def _typed_key(query: FeedQuery) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, text in (query.key or {}).items():
        is_number = query.table.by_name[name].type.is_number
        value = parse_whole_number(text, _DIGITS) if is_number else text
        if value is None:
            raise refused(name, "no number")
        found[name] = value
    return found


def _selected(columns: Sequence[EntityProperty]) -> list[ColumnElement[Any]]:
    """Return what is selected of the store for columns: the stored body once, last, for all its fields."""
    stored = [column.compared("$select") for column in columns if column.source is None]
    return [*stored, STORED_BODY] if len(stored) < len(columns) else stored


def _row_reader(columns: Sequence[EntityProperty]) -> tuple[Callable[[Row], Row], int]:
    """Return what makes the row of columns from a selected one, and how many values that one has."""
    width = len(_selected(columns))
    if all(column.source is None for column in columns):
        return lambda row: row, width

    def complete(row: Row) -> Row:
        *stored, body = row
        values, data = iter(stored), msgspec.json.decode(str(body))
        return [next(values) if column.source is None else column.source.read(data) for column in columns]

    return complete, width


def _whole_order(query: FeedQuery) -> tuple[tuple[str, bool], ...]:
    """Return the order with the key behind it, so that no two rows share a place."""
    named = {name for name, _ in query.order}
    return (*query.order, *((name, False) for name in query.table.key if name not in named))


def _is_behind(one: EntityProperty, value: object, *, is_descending: bool) -> Condition:
    column = one.compared(ORDER)
    if value is None:
        return literal(False) if is_descending else column.is_not(None)
    bound = literal(value, SQL_TYPES[one.type])
    if not is_descending:
        return column > bound
    return or_(column < bound, column.is_(None)) if one.is_nullable else column < bound


def _is_same(one: EntityProperty, value: object) -> Condition:
    column = one.compared(ORDER)
    return column.is_(None) if value is None else column == literal(value, SQL_TYPES[one.type])


def _mark(values: Sequence[object]) -> str:
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def _values(mark: str, columns: Sequence[EntityProperty]) -> list[object]:
    """Read a mark; one that this service did not write is refused."""
    try:
        plain = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if not isinstance(plain, list) or len(plain) != len(columns):
            raise ValueError(mark)
        return [_value(one, column.type) for one, column in zip(plain, columns, strict=True)]
    except (ValueError, TypeError, RecursionError):
        raise refused("$skiptoken", "not of this query") from None


def _value(plain: object, kind: EdmType) -> object:
    if plain is None:
        return None
    if kind is EdmType.DATE:
        return date.fromisoformat(str(plain))
    if kind is EdmType.INSTANT:
        return datetime.fromisoformat(str(plain)).astimezone(UTC)
    wanted = _PLAIN.get(kind, (int, float))
    if not isinstance(plain, wanted) or (isinstance(plain, bool) and kind is not EdmType.BOOLEAN):
        raise TypeError(plain)
    return plain


_PLAIN: Mapping[EdmType, tuple[type, ...]] = {EdmType.STRING: (str,), EdmType.BOOLEAN: (bool,)}
