"""GET /healthz: the store answers, is at the newest migration, and can be written."""

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
    """Answer 200 while changes are taken in, else 503; no secrets, no session.

    `reasons` names what is short also while the answer is 200: files are refused before changes.
    """
    try:
        found = migrations.probe(readonly(current_runtime().engine))
    except migrations.StoreUnreachableError:
        return {"status": "failing", "store": "unreachable"}, 503
    if found != migrations.head():
        return {"status": "failing", "store": "not_migrated"}, 503
    space = free_space(current_runtime().settings)
    is_fit = space.is_writable and space.takes_changes
    return {
        "status": "ok" if is_fit else "failing",
        "store": "ok",
        "migration": found,
        "free_mb": space.free_mb,
        "reasons": space.reasons,
    }, 200 if is_fit else 503
