"""Communes after a reform: the entries of the register that still lie in communes that ended."""

from __future__ import annotations

from field178_server.console.shell.access import EDIT_REGISTER
from field178_server.console.shell.routes import get, post
from field178_server.console.units import pages

ROUTES = (
    get("/units", pages.index, EDIT_REGISTER),
    get("/units/<unit_id>", pages.entries, EDIT_REGISTER),
    post("/units/<unit_id>", pages.reassign_entries, EDIT_REGISTER),
    post("/units/move", pages.move_all, EDIT_REGISTER),
    post("/units/<unit_id>/move", pages.move, EDIT_REGISTER),
)
