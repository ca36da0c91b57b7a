"""Unit of work: the only place that commits transactions, each completely or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from field178_server.database.engine import BUSY_TIMEOUT_S, is_passing, is_unavailable, write_lock
from field178_server.database.sessions import session_of, snapshot_of
from field178_shared.errors import AppError, ErrorCode

MAX_TRIES = 3

Result = TypeVar("Result")


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[Session]:
    """Yield a session for a write transaction; commit at the end, roll back after an error.

    MUST NOT be nested: it would deadlock.
    """
    # All tables: a session sorts those that it writes by their foreign keys.
    import field178_server.database.models  # noqa: F401

    lock = write_lock(engine)
    if lock is not None and not lock.acquire(timeout=BUSY_TIMEOUT_S):
        raise AppError(ErrorCode.BUSY, retry_after_s=2)
    try:
        with session_of(engine) as session, session.begin():
            yield session
    finally:
        if lock is not None:
            lock.release()


def run_write(engine: Engine, work: Callable[[Session], Result]) -> Result:
    """Run a write transaction and return its result; retry it after conflicts, then raise AppError(busy).

    Raises the error of a database that does not answer (`is_unavailable`).

    `work` MUST be repeatable: it may only change the session.
    """
    for number in range(1, MAX_TRIES + 1):
        try:
            with unit_of_work(engine) as session:
                return work(session)
        except DBAPIError as error:
            if not is_passing(error):
                raise
            if number == MAX_TRIES and is_unavailable(error):
                raise
            if number == MAX_TRIES:
                raise AppError(ErrorCode.BUSY, retry_after_s=2) from error
    raise AssertionError("unreachable")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """Yield a read-only session whose queries all see the same state of the store."""
    with snapshot_of(engine) as session:
        yield session
