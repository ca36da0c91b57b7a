"""GET /healthz: the store is reachable, migrated and writable."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from field178_server.attachments.storage.free_space import free_space
from field178_server.database import migrations
from field178_server.database.engine import readonly
from field178_server.http.application_runtime import current_runtime

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Return status 200 while changes are accepted, else 503; without session and secrets.

    `reasons` may be non-empty with status 200: files are refused before changes are.
    """
    try:
        migration = migrations.probe(readonly(current_runtime().engine))
    except migrations.StoreUnreachableError:
        return {"status": "failing", "store": "unreachable"}, 503
    if migration != migrations.head():
        return {"status": "failing", "store": "not_migrated"}, 503
    space = free_space(current_runtime().settings)
    is_fit = space.is_writable and space.takes_changes
    return {
        "status": "ok" if is_fit else "failing",
        "store": "ok",
        "migration": migration,
        "free_mb": space.free_mb,
        "reasons": space.reasons,
    }, 200 if is_fit else 503
