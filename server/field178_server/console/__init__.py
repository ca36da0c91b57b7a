"""The console: the office's pages in a browser. Pages parse and answer; operations write, queries read.

Each capability is a folder whose `__init__.py` declares `ROUTES`; they are registered by walking the package.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask

from field178_server.console.shell import guard
from field178_server.console.shell.blueprint import console
from field178_server.console.shell.filters import init_filters
from field178_server.console.shell.routes import register_routes

init_filters(console)
for _folder in iter_modules(__path__):
    _capability = import_module(f"{__name__}.{_folder.name}")
    register_routes(console, _folder.name, getattr(_capability, "ROUTES", ()))


def init_console(app: Flask) -> None:
    """Register the console on an application."""
    app.register_blueprint(console)
    guard.init_error_page(app)
