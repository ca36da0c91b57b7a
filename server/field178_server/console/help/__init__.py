"""Guides: one page a role with its tasks, one an emergency with its steps."""

from __future__ import annotations

from field178_server.console.help import pages
from field178_server.console.shell.access import PUBLIC, SIGNED_IN
from field178_server.console.shell.routes import get

ROUTES = (
    get("/help", pages.own_guide, SIGNED_IN),
    get("/help/<role>", pages.guide, SIGNED_IN),
    # Product knowledge alone, nothing of an office.
    get("/help/emergency/<name>", pages.emergency_guide, PUBLIC),
)
