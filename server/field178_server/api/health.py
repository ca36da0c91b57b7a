"""Is the server fit to work: its store answers and stands at the newest migration."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from field178_server import migrations
from field178_server.database import readonly
from field178_server.runtime import current_runtime

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answer 200 when the store answers and is migrated, else 503; no secrets, no session."""
    try:
        found = migrations.current(readonly(current_runtime().engine))
    except SQLAlchemyError:
        return {"status": "failing", "store": "unreachable"}, 503
    if found != migrations.head():
        return {"status": "failing", "store": "not_migrated"}, 503
    return {"status": "ok", "store": "ok", "migration": found}
