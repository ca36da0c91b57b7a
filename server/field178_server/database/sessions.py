"""Sessions of an engine: `db.session` where an application is active, else a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session, scoped_session

from field178_server.database.engine import readonly

# Execution option of an application's engine: returns `db.session`, or None if the application is not active.
# Commands have no application; they do not import Flask, which takes a tenth of a second.
OF_APPLICATION = "sessions_of_application"

_IS_SNAPSHOT = "is_snapshot"


@contextmanager
def session_of(engine: Engine) -> Iterator[Session]:
    """Yield `db.session` if the engine is that of the active application, else a new session.

    In a snapshot of `db.session` it is also a new session: the reader cannot write.
    """
    sessions = _sessions_of_application(engine)
    if sessions is not None and not is_snapshot(sessions()):
        try:
            yield sessions()
        finally:
            sessions.remove()
    else:
        with Session(engine, expire_on_commit=False) as session:
            yield session


@contextmanager
def snapshot_of(engine: Engine) -> Iterator[Session]:
    """Yield `db.session` on the reader, or a new session outside of the application.

    A nested snapshot is the same session, so that both see one state. In a write transaction of `db.session`
    it is a new session, which does not see the write.
    """
    sessions = _sessions_of_application(engine)
    if sessions is None or (sessions().in_transaction() and not is_snapshot(sessions())):
        info = {_IS_SNAPSHOT: True}
        with Session(readonly(engine), expire_on_commit=False, autoflush=False, info=info) as session:
            yield session
            _end(session)
    elif is_snapshot(sessions()):
        yield sessions()
    else:
        session = sessions()
        session.info[_IS_SNAPSHOT] = True
        try:
            yield session
            _end(session)
        finally:
            # Reset in any case: a session that stays in the registry must not use the reader for writes.
            del session.info[_IS_SNAPSHOT]
            sessions.remove()


def is_snapshot(session: Session) -> bool:
    """Return whether a session is a snapshot: read-only, with one state of the store."""
    return _IS_SNAPSHOT in session.info


def _sessions_of_application(engine: Engine) -> scoped_session[Session] | None:
    of_application: Callable[[Engine], scoped_session[Session] | None] | None
    of_application = engine.get_execution_options().get(OF_APPLICATION)
    return of_application(engine) if of_application else None


def _end(session: Session) -> None:
    # Nothing to commit, but after a rollback psycopg would discard the prepared statements of the connection.
    session.commit()
