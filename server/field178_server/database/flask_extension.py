"""Flask-SQLAlchemy on the base of the models: the extension `db` and its bind `reader`."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, has_app_context
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as BoundSession
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import scoped_session

from field178_server.database.declarative_base import Base
from field178_server.database.engine import engine_options, listen_to, reader_options, sqlite_file
from field178_server.database.sessions import OF_APPLICATION, is_snapshot

READER = "reader"


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
        engine = listen_to(db.engine, db.engines[READER])
    engine.update_execution_options(**{OF_APPLICATION: _sessions_of})
    return engine


def _sessions_of(engine: Engine) -> scoped_session[BoundSession] | None:
    is_active = has_app_context() and current_app.extensions.get("sqlalchemy") is db and db.engine is engine
    return db.session if is_active else None
