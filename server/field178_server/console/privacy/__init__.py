"""Privacy: what is recorded of a place and of officers, for the people concerned, without sign-in."""

from __future__ import annotations

from field178_server.console.privacy import pages
from field178_server.console.shell.access import PUBLIC
from field178_server.console.shell.routes import get

ROUTES = (get("/privacy", pages.index, PUBLIC),)
