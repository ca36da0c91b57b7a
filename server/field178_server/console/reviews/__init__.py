"""The review queue, one record beside it, and the decisions on it."""

from __future__ import annotations

from field178_server.console.reviews import (
    decisions,
    file_pages,
    open_threads_pages,
    pages,
    several,
    thread_pages,
    viewing,
)
from field178_server.console.shell.access import READ, any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

APPROVE = any_of("approve")
RETURN = any_of("return_for_fix")

ROUTES = (
    post("/reviews/<record_id>/approve", decisions.approve, APPROVE),
    post("/reviews/<record_id>/return", decisions.return_record, RETURN),
    post("/reviews/<record_id>/reopen", decisions.reopen, RETURN),
    post("/reviews/<record_id>/void", decisions.void, RETURN),
    post("/reviews/<record_id>/undo", decisions.undo, APPROVE),
    get("/records/<record_id>/files/<key>", file_pages.file, READ),
    get("/reviews/threads", open_threads_pages.threads, READ),
    get(
        "/reviews",
        pages.index,
        READ,
        menu=MenuEntry(MenuGroup.REVIEW, 1, "review", N_("Review"), badge=pages.waiting_records),
    ),
    get("/reviews/<record_id>", pages.detail, READ),
    post("/reviews/approve", several.approve_several, APPROVE),
    post("/reviews/<record_id>/threads/<thread>/comment", thread_pages.comment_thread, RETURN),
    post("/reviews/<record_id>/threads/<thread>/close", thread_pages.close_thread, RETURN),
    post("/reviews/<record_id>/threads/<thread>/reopen", thread_pages.reopen_thread, RETURN),
    post("/reviews/<record_id>/viewing", viewing.note_viewing, READ),
)
