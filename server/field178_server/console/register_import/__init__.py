"""Import of the register from a file of the office: columns, words, preview, run, undo."""

from __future__ import annotations

from field178_server.attachments.storage.chunk import MAX_PIECE_BYTES
from field178_server.console.register_import import pages, steps
from field178_server.console.shell.access import EDIT_REGISTER
from field178_server.console.shell.routes import get, post

ROUTES = (
    get("/establishments/import", pages.index, EDIT_REGISTER),
    post("/establishments/import", pages.upload, EDIT_REGISTER, max_bytes=MAX_PIECE_BYTES),
    get("/establishments/import/<import_id>", pages.detail, EDIT_REGISTER),
    post("/establishments/import/<import_id>/run", pages.run, EDIT_REGISTER),
    post("/establishments/import/<import_id>/undo", pages.undo, EDIT_REGISTER),
    get("/establishments/import/<import_id>/refused.xlsx", pages.refused_rows, EDIT_REGISTER),
    get("/establishments/import/<import_id>/columns", steps.columns, EDIT_REGISTER),
    post("/establishments/import/<import_id>/columns", steps.save_columns, EDIT_REGISTER),
    get("/establishments/import/<import_id>/words", steps.words, EDIT_REGISTER),
    post("/establishments/import/<import_id>/words", steps.save_words, EDIT_REGISTER),
)
