"""The printed documents of a visit as PDF."""

from __future__ import annotations

from field178_server.console.documents import pages
from field178_server.console.shell.access import READ
from field178_server.console.shell.routes import get

ROUTES = (get("/records/<record_id>/papers/<kind>", pages.paper, READ),)
