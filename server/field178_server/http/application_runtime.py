"""Access to the runtime of a Flask application."""

from __future__ import annotations

from flask import Flask, current_app

from field178_server.runtime import EXTENSION, Runtime


def init_runtime(app: Flask, runtime: Runtime) -> None:
    """Store the runtime in the application."""
    app.extensions[EXTENSION] = runtime


def current_runtime() -> Runtime:
    """Return the runtime of the current application."""
    return runtime_of(current_app)


def runtime_of(app: Flask) -> Runtime:
    """Return the runtime of an application."""
    runtime = app.extensions[EXTENSION]
    assert isinstance(runtime, Runtime)
    return runtime
