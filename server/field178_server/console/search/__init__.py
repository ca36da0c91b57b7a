"""One search over establishments, visits, sessions and pages."""

from __future__ import annotations

from field178_server.console.search import pages
from field178_server.console.shell.access import SIGNED_IN
from field178_server.console.shell.routes import get

ROUTES = (get("/search", pages.index, SIGNED_IN),)
