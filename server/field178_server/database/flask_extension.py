"""Flask-SQLAlchemy with the typed base of the models: the extension `db` and its bind `reader`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, has_app_context
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as BoundSession
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from field178_server.database.declarative_base import Base
from field178_server.database.engine import engine_options, listen_to, reader_options, readonly, sqlite_file

READER = "reader"
_IS_SNAPSHOT = "is_snapshot"


class StoreSession(BoundSession):
    """Session of an application; a snapshot uses the bind `reader`."""

    def get_bind(
        self,
        mapper: Any | None = None,
        clause: Any | None = None,
        bind: Engine | Connection | None = None,
        **kwargs: Any,
    ) -> Engine | Connection:
        """Return the reader for a snapshot, else the engine of the model's bind."""
        if bind is None and is_snapshot(self):
            return self._db.engines[READER]
        return super().get_bind(mapper, clause, bind, **kwargs)


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "class_": StoreSession},
)

# A type checker does not accept an attribute as base class.
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def init_database(app: Flask, url: str) -> Engine:
    """Bind `db` to an application and return the engine of the database URL."""
    file = sqlite_file(url)
    # Absolute, because Flask-SQLAlchemy resolves a relative file in the instance folder.
    address = make_url(url) if file is None else make_url(url).set(database=str(file.absolute()))
    app.config["SQLALCHEMY_DATABASE_URI"] = address
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    app.config["SQLALCHEMY_BINDS"] = {READER: {"url": address, **reader_options(url)}}
    db.init_app(app)
    with app.app_context():
        return listen_to(db.engine, db.engines[READER])


@contextmanager
def session_of(engine: Engine) -> Iterator[Session]:
    """Yield `db.session` if the engine is that of the active application, else a new session.

    In a snapshot of `db.session` it is also a new session: the reader cannot write.
    """
    if _is_active(engine) and not is_snapshot(db.session()):
        try:
            yield db.session()
        finally:
            db.session.remove()
    else:
        with Session(engine, expire_on_commit=False) as session:
            yield session


@contextmanager
def snapshot_of(engine: Engine) -> Iterator[Session]:
    """Yield `db.session` on the reader, or a new session outside of the application.

    A nested snapshot is the same session, so that both see one state. In a write transaction of `db.session`
    it is a new session, which does not see the write.
    """
    if not _is_active(engine) or (db.session().in_transaction() and not is_snapshot(db.session())):
        info = {_IS_SNAPSHOT: True}
        with Session(readonly(engine), expire_on_commit=False, autoflush=False, info=info) as session:
            yield session
            _end(session)
    elif is_snapshot(db.session()):
        yield db.session()
    else:
        session = db.session()
        session.info[_IS_SNAPSHOT] = True
        try:
            yield session
            _end(session)
        finally:
            # Reset in any case: a session that stays in the registry must not use the reader for writes.
            del session.info[_IS_SNAPSHOT]
            db.session.remove()


def is_snapshot(session: Session) -> bool:
    """Return whether a session is a snapshot: read-only, with one state of the store."""
    return _IS_SNAPSHOT in session.info


def _is_active(engine: Engine) -> bool:
    return has_app_context() and current_app.extensions.get("sqlalchemy") is db and db.engine is engine


def _end(session: Session) -> None:
    # Nothing to commit, but after a rollback psycopg would discard the prepared statements of the connection.
    session.commit()
