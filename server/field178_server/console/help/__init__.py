"""Guides: one page a role with its tasks."""

from __future__ import annotations

from field178_server.console.help import pages
from field178_server.console.shell.access import SIGNED_IN
from field178_server.console.shell.routes import get

ROUTES = (
    get("/help", pages.own_guide, SIGNED_IN),
    get("/help/<role>", pages.guide, SIGNED_IN),
)
