"""The lists in force of the application: whoever is let in finds those of the store."""

from __future__ import annotations

from flask import Flask, current_app

from field178_server.http.application_runtime import runtime_of
from field178_server.records.lists_in_force import ListsInForce

_EXTENSION = "field178.lists"


def init_lists(app: Flask) -> None:
    """Give the application what follows the store; `refresh` is called where a caller is admitted."""
    runtime = runtime_of(app)
    app.extensions[_EXTENSION] = ListsInForce(runtime.engine, runtime.tenant_id)


def current_lists() -> ListsInForce:
    """Return what keeps the lists of this process those of the store."""
    found = current_app.extensions[_EXTENSION]
    assert isinstance(found, ListsInForce)
    return found
