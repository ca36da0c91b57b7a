"""The code lists in force of an application, updated when a request is authenticated."""

from __future__ import annotations

from flask import Flask, current_app

from field178_server.http.application_runtime import runtime_of
from field178_server.records.lists_in_force import ListsInForce

_EXTENSION = "field178.lists"


def init_lists(app: Flask) -> None:
    """Store the updater of the code lists in the application; authentication calls its `refresh`."""
    runtime = runtime_of(app)
    app.extensions[_EXTENSION] = ListsInForce(runtime.engine, runtime.tenant_id)


def current_lists() -> ListsInForce:
    """Return the updater of the code lists of the current application."""
    lists = current_app.extensions[_EXTENSION]
    assert isinstance(lists, ListsInForce)
    return lists
