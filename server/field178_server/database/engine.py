"""The engines of the store: all differences between SQLite and PostgreSQL are in this module."""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from types import ModuleType, NoneType
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    FromClause,
    Result,
    bindparam,
    create_engine,
    event,
)
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import ScalarSelect
from sqlalchemy.types import NullType

OLDEST_SAFE_SQLITE = (3, 51, 3)
PAGE_SIZE = 16384
BUSY_TIMEOUT_S = 10.0

_UNIQUE = "23505"
_DISK_FULL = "53100"
_UNWRITABLE = ("database or disk is full", "disk I/O error")
_PASSING_STATES = frozenset({"40001", "40P01", "55P03", "57P01", "08006", "08003", _UNIQUE})
# Said by Citus while shards move or a node is away; the outcome may be unknown, a retry is idempotent.
_PASSING_WORDS = (
    "database is locked",
    "shard for the given value does not exist",
    "could not commit transaction for shard",
    "distributed deadlock",
    "connection to the remote node",
)

_READER = "reader"

_write_locks: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()
_registry_lock = threading.Lock()


class among(FunctionElement[bool]):
    """The condition `among(column, bindparam(name))`: one of a list that is bound as a single value.

    So the text is the same for one as for five hundred: compiled once, and planned once by PostgreSQL.
    In the place of the list a scalar subquery is read first, all its rows: PostgreSQL then looks each up.
    """

    # No Boolean: SQLite would be asked for `(… IN …) = 1` and use no key for that.
    type = NullType()  # type: ignore[assignment]  # it is typed as a condition all the same
    inherit_cache = True


@compiles(among, "sqlite")
def _among_json(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    column, listed = (compiler.process(part, **kw) for part in element.clauses)
    if _is_query(element):
        return f"{column} IN {listed}"
    return f"{column} IN (SELECT value FROM json_each({listed}))"  # noqa: S608  # names alone


@compiles(among, "postgresql")
def _among_array(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    column, listed = (compiler.process(part, **kw) for part in element.clauses)
    return f"{column} = ANY(ARRAY{listed})" if _is_query(element) else f"{column} = ANY({listed})"


def _is_query(element: among) -> bool:
    return isinstance(list(element.clauses)[1], ScalarSelect)


class _HintedSQLite(SQLiteCompiler):
    """The compiler of a SQLite engine, which writes the index that a statement names (`Select.with_hint`)."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


def create_engine_for(url: str) -> Engine:
    """Return the engine of a store address: `sqlite:///file`, `postgresql://…`.

    Every transaction of a SQLite engine takes the write lock at its start, unless it is marked readonly.
    """
    return listen_to(create_engine(url, **engine_options(url)), create_engine(url, **reader_options(url)))


def engine_in_memory() -> Engine:
    """Return an engine of one connection whose store is in memory and ends with it."""
    return create_engine("sqlite://", module=_safe_sqlite(), poolclass=StaticPool, hide_parameters=True)


def engine_options(url: str) -> dict[str, Any]:
    """Return what `create_engine` takes beside the address; raises RuntimeError for an unsafe SQLite."""
    pool = {"pool_size": 16, "max_overflow": 16, "pool_timeout": BUSY_TIMEOUT_S}
    # hide_parameters: an IntegrityError's text would carry whole visits into the log.
    if make_url(url).get_backend_name() != "sqlite":
        return {"hide_parameters": True, "pool_pre_ping": True, **pool}
    connect_args = {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
    return {"hide_parameters": True, "module": _safe_sqlite(), "connect_args": connect_args, **pool}


def reader_options(url: str) -> dict[str, Any]:
    """Return what `create_engine` takes for the reader of a store: an engine whose transactions only read.

    It has connections of its own. On SQLite a connection that may write in one transaction and not in the
    next would prepare all its statements anew each time: changing `query_only` expires them.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return {**engine_options(url), "execution_options": {"readonly": True}}
    snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return {**engine_options(url), "execution_options": snapshot}


def listen_to(engine: Engine, reader: Engine) -> Engine:
    """Set up the connections of an engine and of its reader by events; return the engine."""
    for each in (engine, reader):
        if each.dialect.name == "sqlite":
            each.dialect.statement_compiler = _HintedSQLite
            event.listen(each, "connect", _prepare_sqlite)
            event.listen(each, "begin", _begin_sqlite)
        else:
            event.listen(each, "connect", _prepare_postgresql)
    if reader.dialect.name == "sqlite":
        event.listen(reader, "connect", _refuse_writes)
    event.listen(engine, "engine_disposed", lambda _: reader.dispose())
    engine.update_execution_options(**{_READER: reader})
    return engine


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite store; None for another engine, or a store in memory."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return Path(str(parsed.database)) if is_file else None


def readonly(engine: Engine) -> Engine:
    """Return the reader of an engine: each of its transactions sees one state of the store."""
    reader = engine.get_execution_options()[_READER]
    assert isinstance(reader, Engine)
    return reader


def write_lock(engine: Engine) -> threading.Lock | None:
    """Return the in-process lock around write transactions, for an engine that has one writer at a time.

    Waiting in line here instead of polling inside SQLite made the slowest pushes eight times faster.
    """
    if engine.dialect.name != "sqlite":
        return None
    with _registry_lock:
        return _write_locks.setdefault(engine, threading.Lock())


def is_passing(error: DBAPIError) -> bool:
    """Tell whether the same transaction may well succeed when it is run again from its start."""
    if error.connection_invalidated:
        return True  # the engine went away under us; what was not committed is not there
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in _PASSING_STATES or any(word in str(error.orig) for word in _PASSING_WORDS)
    if isinstance(error, IntegrityError):
        return "UNIQUE constraint failed" in str(error.orig)
    return any(word in str(error.orig) for word in _PASSING_WORDS)


def is_storage_full(error: DBAPIError) -> bool:
    """Tell whether the engine could not write: its disk is full, over its quota, or fails.

    SQLite says "disk I/O error" of every cause but the plainest.
    """
    state = getattr(error.orig, "sqlstate", None)
    return state == _DISK_FULL or (state is None and any(word in str(error.orig) for word in _UNWRITABLE))


def stored_list(connection: Connection, values: Sequence[object]) -> object:
    """Return a list as `among` takes it on this engine."""
    if connection.dialect.name == "sqlite":
        return json.dumps(values)
    # psycopg refuses a list of texts and members of a StrEnum.
    return [value.value if isinstance(value, StrEnum) else value for value in values]


def bound_values(session: Session, **values: object) -> dict[str, object]:
    """Return the values of a statement, lists as `among` takes them."""
    connection = session.connection()
    return {
        name: stored_list(connection, value) if isinstance(value, list) else value
        for name, value in values.items()
    }


def among_ids(session: Session, column: Any, ids: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of these ids, however many: one bound value."""
    listed = stored_list(session.connection(), sorted(set(ids)))
    return among(column, bindparam("ids", listed, unique=True))


def copy_sqlite(connection: Connection, target: Path) -> None:
    """Copy a SQLite store, as the connection's own read transaction sees it, over an empty file.

    In one step: step by step it would begin anew at every write and never end on a busy server.
    """
    source = connection.connection.driver_connection
    copy = _sqlite_driver().connect(str(target))
    try:
        source.backup(copy, pages=-1)  # type: ignore[union-attr]  # both drivers have it
    finally:
        copy.close()


def damage(engine: Engine) -> list[str]:
    """Return what the engine itself finds wrong in its pages and indexes, where it can be asked."""
    if engine.dialect.name != "sqlite":
        return []
    with readonly(engine).connect() as connection:
        said = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    return [] if said == "ok" else [f"store: {said}"]


def forget_deleted(engine: Engine) -> bool:
    """Remove deleted and overwritten content from the engine's own files; return whether it is done.

    SQLite keeps old text in free space, in pages left by earlier revisions and in the write-ahead log; the
    caller MUST hold the write lock. PostgreSQL forgets by its own VACUUM (docs/operations.md). Raises
    SQLAlchemyError where the store cannot be written.
    """
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        try:
            cursor.execute("VACUUM")
            # Refused while somebody reads an older state: the log still holds what was before.
            return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except engine.dialect.loaded_dbapi.OperationalError as error:
            if "locked" in str(error):
                return False
            raise as_sqlalchemy_error(connection, error) from error


def changed_rows(result: Result[tuple[()]] | Result[object]) -> int:
    """Return the number of rows an UPDATE or DELETE has matched: what a race-safe claim looks at."""
    assert isinstance(result, CursorResult)
    return result.rowcount


def as_sqlalchemy_error(connection: Connection, error: Exception) -> BaseException:
    """Return an error of the driver as the one that SQLAlchemy raises for it."""
    dialect, driver = connection.dialect, connection.connection.dbapi_connection
    is_gone = dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]  # an error of the driver
    base = dialect.loaded_dbapi.Error
    return DBAPIError.instance(None, None, error, base, connection_invalidated=is_gone, dialect=dialect)


def _safe_sqlite() -> ModuleType:
    driver = _sqlite_driver()
    if driver.sqlite_version_info < OLDEST_SAFE_SQLITE:
        # Older ones may damage a WAL database when two connections meet at a checkpoint.
        wanted = ".".join(str(part) for part in OLDEST_SAFE_SQLITE)
        raise RuntimeError(f"SQLite {driver.sqlite_version} is not safe; {wanted} or later is needed")
    # Of a type without an adapter the driver looks for methods of its own at every value it binds: a
    # microsecond each, and a pushed record has a dozen of these.
    driver.register_adapter(NoneType, _as_is)
    driver.register_adapter(bool, int)
    return driver


def _as_is(nothing: None) -> None:
    return nothing


def _sqlite_driver() -> ModuleType:
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:  # no wheel for this system: its own SQLite must be new enough
        return importlib.import_module("sqlite3")


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver opens no transaction of its own
    for pragma in (
        f"page_size = {PAGE_SIZE}",
        f"busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}",
        # Before WAL is switched on, so that even the first page is written with full care.
        "synchronous = EXTRA",
        "journal_mode = WAL",
        "journal_size_limit = 67108864",
        "foreign_keys = ON",
    ):
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _prepare_postgresql(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.autocommit = True
    cursor = connection.cursor()
    for setting in (
        # A page asks a dozen short questions. Two helpers for each, started anew, take the cores from other
        # readers, and a compiler takes longer than the question: it is planned for one process.
        "max_parallel_workers_per_gather = 0",
        "jit = off",
        # An office's store lies in memory, or on a disk without a moving head: an index costs what it reads.
        "random_page_cost = 1.1",
    ):
        cursor.execute(f"SET {setting}")
    cursor.close()
    connection.autocommit = False


def _refuse_writes(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once with "locked", whatever the timeout.
    deferred = connection.get_execution_options().get("readonly", False)
    connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")
