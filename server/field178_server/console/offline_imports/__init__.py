"""Offline exports of tablets, sent as a file."""

from __future__ import annotations

from field178_server.attachments.storage.chunk import MAX_PIECE_BYTES
from field178_server.console.offline_imports import pages
from field178_server.console.shell.access import TABLETS
from field178_server.console.shell.routes import get, post

ROUTES = (
    get("/tablets/rescue", pages.index, TABLETS),
    post("/tablets/rescue", pages.upload, TABLETS, max_bytes=MAX_PIECE_BYTES),
    get("/tablets/rescue/<file_id>", pages.file, TABLETS),
    post("/tablets/rescue/<file_id>", pages.import_file, TABLETS),
)
