"""Unit of work, the only committer: a use case is stored whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from field178_server.database.engine import BUSY_TIMEOUT_S, is_passing, write_lock
from field178_server.database.flask_extension import session_of, snapshot_of
from field178_shared.errors import AppError, ErrorCode

MAX_TRIES = 3

Result = TypeVar("Result")


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[Session]:
    """Give a session for one write transaction; commit at the end, roll back on any error.

    MUST NOT be nested: the second one would wait for the first.
    """
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
    """Run a whole write transaction; run it again when it met another one, then answer busy.

    `work` MUST be safe to run again: all it changes is in the session.
    """
    for number in range(1, MAX_TRIES + 1):
        try:
            with unit_of_work(engine) as session:
                return work(session)
        except DBAPIError as error:
            if not is_passing(error):
                raise
            if number == MAX_TRIES:
                raise AppError(ErrorCode.BUSY, retry_after_s=2) from error
    raise AssertionError("unreachable")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """Give a read-only session in which every query sees one and the same state of the store."""
    with snapshot_of(engine) as session:
        yield session
