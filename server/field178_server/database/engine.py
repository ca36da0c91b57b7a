"""Engines of the store: all differences between SQLite and PostgreSQL are in this module."""

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
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidatePoolError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, StaticPool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import ScalarSelect
from sqlalchemy.types import NullType

from field178_server.database import packed_text
from field178_shared.time.clock import duration_clock

OLDEST_SAFE_SQLITE = (3, 51, 3)
PAGE_SIZE = 16384
BUSY_TIMEOUT_S = 10.0
# A pooled connection that was unused for longer is tested before its next use. A test is a round trip.
_UNTESTED_S = 2.0

_UNIQUE = "23505"
_DISK_FULL = "53100"
_UNWRITABLE = ("database or disk is full", "disk I/O error")
# Connections: ended by the administrator or a crash, not accepted yet, too many.
_UNAVAILABLE_STATES = frozenset({"57P01", "57P02", "57P03", "53300"})
_PASSING_STATES = frozenset({"40001", "40P01", "55P03", "57P01", "08006", "08003", _UNIQUE})
# Messages of Citus while shards move or a node is unreachable; the outcome may be unknown, a retry is safe.
_NODE_WORDS = ("connection to the remote node", "failed to connect to", "active placements")
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
    """Condition `among(column, bindparam(name))`: the column is in a list that is bound as one value.

    The SQL does not depend on the length of the list: it is compiled once, and planned once by PostgreSQL.
    The list may also be a scalar subquery: PostgreSQL reads all its rows first, then looks each up by index.
    """

    # Not Boolean: for SQLite that compiles to `(… IN …) = 1`, which uses no index.
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
    """Compiler of a SQLite engine, with index hints (`Select.with_hint`)."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


def create_engine_for(url: str) -> Engine:
    """Return the engine of a database URL: `sqlite:///file`, `postgresql://…`.

    A transaction of a SQLite engine takes the write lock at its start, unless it is readonly.
    """
    return listen_to(create_engine(url, **engine_options(url)), create_engine(url, **reader_options(url)))


def engine_in_memory() -> Engine:
    """Return an engine with one connection to a SQLite database in memory."""
    return create_engine("sqlite://", module=_safe_sqlite(), poolclass=StaticPool, hide_parameters=True)


def engine_options(url: str) -> dict[str, Any]:
    """Return the options of `create_engine` for a database URL; raise RuntimeError for an unsafe SQLite."""
    # The connection returned last is taken first: it knows the statements and the newest pages, and on
    # PostgreSQL most connections need no test.
    pool = {"pool_size": 16, "max_overflow": 16, "pool_timeout": BUSY_TIMEOUT_S, "pool_use_lifo": True}
    # hide_parameters: the text of an IntegrityError would write the content of records into the log.
    if make_url(url).get_backend_name() != "sqlite":
        return {"hide_parameters": True, **pool}
    connect_args = {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
    return {"hide_parameters": True, "module": _safe_sqlite(), "connect_args": connect_args, **pool}


def reader_options(url: str) -> dict[str, Any]:
    """Return the options of `create_engine` for the reader of a store: an engine for read-only transactions.

    It has its own connections: changing `query_only` of a SQLite connection would expire its prepared
    statements.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return {**engine_options(url), "execution_options": {"readonly": True}}
    snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return {**engine_options(url), "execution_options": snapshot}


def listen_to(engine: Engine, reader: Engine) -> Engine:
    """Register the events of an engine and of its reader, and store the reader in the engine; return it."""
    for each in (engine, reader):
        if each.dialect.name == "sqlite":
            each.dialect.statement_compiler = _HintedSQLite
            event.listen(each, "connect", _prepare_sqlite)
            event.listen(each, "begin", _begin_sqlite)
        else:
            event.listen(each, "connect", _prepare_postgresql)
            _test_idle_connections(each)
    if reader.dialect.name == "sqlite":
        event.listen(reader, "connect", _refuse_writes)
    event.listen(engine, "engine_disposed", lambda _: reader.dispose())
    engine.update_execution_options(**{_READER: reader})
    return engine


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite database; None for another engine, or a database in memory."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return Path(str(parsed.database)) if is_file else None


def readonly(engine: Engine) -> Engine:
    """Return the reader of an engine; each of its transactions sees one state of the store."""
    reader = engine.get_execution_options()[_READER]
    assert isinstance(reader, Engine)
    return reader


def write_lock(engine: Engine) -> threading.Lock | None:
    """Return the in-process lock of write transactions for SQLite, which has one writer at a time; else None.

    Waiting for this lock instead of polling in SQLite made the slowest pushes eight times faster.
    """
    if engine.dialect.name != "sqlite":
        return None
    with _registry_lock:
        return _write_locks.setdefault(engine, threading.Lock())


def is_passing(error: DBAPIError) -> bool:
    """Return whether an exception is temporary, so that a retry of the whole transaction may succeed."""
    if error.connection_invalidated:
        return True  # the connection was lost: the transaction was not committed
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in _PASSING_STATES or any(word in str(error.orig) for word in _PASSING_WORDS)
    if isinstance(error, IntegrityError):
        return "UNIQUE constraint failed" in str(error.orig)
    return any(word in str(error.orig) for word in _PASSING_WORDS)


def is_unavailable(error: SQLAlchemyError) -> bool:
    """Return whether the database does not answer: it is down, starts, or has no connection left."""
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError) or hasattr(error.orig, "sqlite_errorcode"):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return error.connection_invalidated or isinstance(error, OperationalError)
    is_node = any(word in str(error.orig) for word in _NODE_WORDS)
    return error.connection_invalidated or is_node or state.startswith("08") or state in _UNAVAILABLE_STATES


def is_storage_full(error: DBAPIError) -> bool:
    """Return whether a write failed because the disk is full, over its quota, or defective.

    SQLite reports "disk I/O error" for most causes.
    """
    state = getattr(error.orig, "sqlstate", None)
    return state == _DISK_FULL or (state is None and any(word in str(error.orig) for word in _UNWRITABLE))


def stored_list(connection: Connection, values: Sequence[object]) -> object:
    """Return a list in the form of `among` on the connection's engine."""
    if connection.dialect.name == "sqlite":
        return json.dumps(values)
    # psycopg refuses a list of texts and members of a StrEnum.
    return [value.value if isinstance(value, StrEnum) else value for value in values]


def bound_values(session: Session, **values: object) -> dict[str, object]:
    """Return the values of a statement, with lists in the form of `among`."""
    connection = session.connection()
    return {
        name: stored_list(connection, value) if isinstance(value, list) else value
        for name, value in values.items()
    }


def among_ids(session: Session, column: Any, ids: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a column is one of any number of ids, with one bound value."""
    listed = stored_list(session.connection(), sorted(set(ids)))
    return among(column, bindparam("ids", listed, unique=True))


def copy_sqlite(connection: Connection, target: Path) -> None:
    """Copy a SQLite database, as of the connection's read transaction, into an empty file.

    MUST be one step: a copy in steps restarts after every write and might never end on a busy server.
    """
    source = connection.connection.driver_connection
    copy = _sqlite_driver().connect(str(target))
    try:
        source.backup(copy, pages=-1)  # type: ignore[union-attr]  # both drivers have it
    finally:
        copy.close()


def damage(engine: Engine) -> list[str]:
    """Return the faults of SQLite's own integrity check; none on PostgreSQL."""
    if engine.dialect.name != "sqlite":
        return []
    with readonly(engine).connect() as connection:
        answer = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    return [] if answer == "ok" else [f"store: {answer}"]


def forget_deleted(engine: Engine) -> bool:
    """Remove deleted and overwritten content from the database files; return whether it is finished.

    SQLite keeps old text in free pages and in the write-ahead log; the caller MUST hold the write lock.
    PostgreSQL removes it by its own VACUUM (docs/operations.md). Raises SQLAlchemyError if the store cannot
    be written.
    """
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        try:
            cursor.execute("VACUUM")
            # Fails while a transaction reads an older state, which is still in the log.
            return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except engine.dialect.loaded_dbapi.OperationalError as error:
            if "locked" in str(error):
                return False
            raise as_sqlalchemy_error(connection, error) from error


def sqlite_files(engine: Engine) -> tuple[Path, ...]:
    """Return the paths of a SQLite database and of its write-ahead log; () on PostgreSQL."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database:
        return ()
    return Path(database), Path(f"{database}-wal")


def changed_rows(result: Result[tuple[()]] | Result[object]) -> int:
    """Return the number of rows that an UPDATE or DELETE matched, for race-safe claims."""
    assert isinstance(result, CursorResult)
    return result.rowcount


def as_sqlalchemy_error(
    connection: Connection, error: Exception, statement: str | None = None
) -> BaseException:
    """Return the SQLAlchemy error of a driver's error, without the values of its statement."""
    dialect, driver = connection.dialect, connection.connection.dbapi_connection
    is_gone = dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]  # an error of the driver
    base = dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        statement,
        None,
        error,
        base,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=dialect,
    )


def _safe_sqlite() -> ModuleType:
    driver = _sqlite_driver()
    if driver.sqlite_version_info < OLDEST_SAFE_SQLITE:
        # Older versions may damage a WAL database at concurrent checkpoints of two connections.
        oldest = ".".join(str(part) for part in OLDEST_SAFE_SQLITE)
        raise RuntimeError(f"SQLite {driver.sqlite_version} is not safe; {oldest} or later is needed")
    # For a type without an adapter the driver searches for adapter methods at every bound value, which takes
    # a microsecond; a pushed record has a dozen of these.
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
    connection.isolation_level = None  # the driver does not begin transactions
    for pragma in (
        f"page_size = {PAGE_SIZE}",
        f"busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}",
        # Before WAL is switched on, so that the first page is synced as well.
        "synchronous = EXTRA",
        "journal_mode = WAL",
        # A page that several commits change is copied once; the log stays within its limit.
        "wal_autocheckpoint = 4000",
        "journal_size_limit = 67108864",
        "foreign_keys = ON",
    ):
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    packed_text.add_functions(connection)


def _prepare_postgresql(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.autocommit = True
    cursor = connection.cursor()
    for setting in (
        # A page runs a dozen short queries: parallel workers would take the cores from other readers, and JIT
        # compilation would take longer than the query.
        "max_parallel_workers_per_gather = 0",
        "jit = off",
        # The store is in memory or on an SSD: random reads cost as much as sequential ones.
        "random_page_cost = 1.1",
    ):
        cursor.execute(f"SET {setting}")
    cursor.close()
    connection.autocommit = False


def _test_idle_connections(engine: Engine) -> None:
    """Test a pooled connection before use if it was idle; replace all of the pool if it was lost."""

    def note_return(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["returned_at_s"] = duration_clock()

    def test(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        returned_at_s = entry.info.get("returned_at_s")
        if returned_at_s is None or duration_clock() - returned_at_s < _UNTESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", note_return)
    event.listen(engine, "checkout", test)


def _refuse_writes(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once with "locked", whatever the timeout.
    deferred = connection.get_execution_options().get("readonly", False)
    connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")
