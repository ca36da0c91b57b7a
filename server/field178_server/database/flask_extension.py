"""Flask extensions, bound to an application by `create_app`. `db` owns the engine and nothing else."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from field178_server.database.engine import create_engine_for


class FlaskStore(SQLAlchemy):
    """Flask-SQLAlchemy kept thin: models stand on their own base, transactions are opened by unit_of_work."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> sa.Engine:
        """Return the engine of the store with everything the product needs set on it."""
        return create_engine_for(str(options["url"]))


db = FlaskStore()
