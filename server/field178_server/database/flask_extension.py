"""Flask-SQLAlchemy: `db` with the typed declarative base of the models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask, current_app, has_app_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from field178_server.database.declarative_base import Base
from field178_server.database.engine import engine_options, listen_to, sqlite_file

db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False})

# A type checker takes no attribute as a base class: it reads the same class under its own name.
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def init_database(app: Flask, url: str) -> Engine:
    """Bind `db` to an application and return the engine of the store at this address."""
    file = sqlite_file(url)
    # A relative file would lie in Flask's instance folder.
    address = make_url(url) if file is None else make_url(url).set(database=str(file.absolute()))
    app.config["SQLALCHEMY_DATABASE_URI"] = address
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        return listen_to(db.engine)


@contextmanager
def session_of(engine: Engine) -> Iterator[Session]:
    """Give `db.session` where the engine is that of the active application, else a session of its own."""
    if has_app_context() and current_app.extensions.get("sqlalchemy") is db and db.engine is engine:
        try:
            yield db.session()
        finally:
            db.session.remove()
    else:
        with Session(engine, expire_on_commit=False) as session:
            yield session
