"""Views of lists that officers keep."""

from __future__ import annotations

from field178_server.console.shell.access import REGISTER
from field178_server.console.shell.routes import post
from field178_server.console.views import pages

ROUTES = (
    post("/views", pages.keep, REGISTER),
    post("/views/forget", pages.forget, REGISTER),
)
