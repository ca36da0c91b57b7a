"""Rules that hold for every table, so that the store can be spread over machines by tenant."""

from __future__ import annotations

from sqlalchemy import Engine, ForeignKeyConstraint, Integer, UniqueConstraint
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from field178_server.database.models import Base

TABLES = sorted(Base.metadata.tables.values(), key=lambda table: table.name)


def test_tenant_id_comes_first_in_every_key() -> None:
    for table in TABLES:
        keys = [list(table.primary_key.columns)]
        keys += [list(key.columns) for key in table.constraints if isinstance(key, UniqueConstraint)]
        keys += [list(key.columns) for key in table.constraints if isinstance(key, ForeignKeyConstraint)]
        keys += [list(index.columns) for index in table.indexes]
        assert [key[0].name for key in keys] == ["tenant_id"] * len(keys), table.name


def test_no_number_is_handed_out_by_the_engine() -> None:
    for table in TABLES:
        for column in table.columns:
            assert column.identity is None, column
            assert column.default is None or not column.default.is_sequence, column
            is_number = column.primary_key and isinstance(column.type, Integer)
            assert not is_number or column.autoincrement is False, column


def test_sqlite_keeps_the_types() -> None:
    for table in TABLES:
        assert str(CreateTable(table).compile(dialect=sqlite.dialect())).rstrip().endswith("STRICT"), (
            table.name
        )


def test_sqlite_stores_rows_in_key_order_where_the_model_has_it(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
        in_key_order = {name for name, sql in stored if "WITHOUT ROWID" in sql}
    assert in_key_order == {
        table.name for table in TABLES if not table.dialect_options["sqlite"]["with_rowid"]
    }
    assert "feed" in in_key_order
