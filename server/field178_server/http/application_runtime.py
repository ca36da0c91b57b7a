"""The runtime of the Flask application that serves a request."""

from __future__ import annotations

from flask import Flask, current_app

from field178_server.runtime import EXTENSION, Runtime


def init_runtime(app: Flask, runtime: Runtime) -> None:
    """Give the application what it is built on."""
    app.extensions[EXTENSION] = runtime


def current_runtime() -> Runtime:
    """Return what the running application is built on."""
    return runtime_of(current_app)


def runtime_of(app: Flask) -> Runtime:
    """Return what an application is built on."""
    found = app.extensions[EXTENSION]
    assert isinstance(found, Runtime)
    return found
