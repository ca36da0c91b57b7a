"""Follow-ups of visits: list of due items, forms of office entries."""

from __future__ import annotations

from field178_server.attachments.storage.chunk import MAX_PIECE_BYTES
from field178_server.console.follow_ups import entry_pages, pages
from field178_server.console.shell.access import READ, REVIEW
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

ROUTES = (
    get("/reviews/<record_id>/enter/<record_type>", entry_pages.new_entry, REVIEW),
    post("/reviews/<record_id>/enter/<record_type>", entry_pages.enter, REVIEW, max_bytes=MAX_PIECE_BYTES),
    get("/reviews/<record_id>/entries/<entry_id>", entry_pages.entry, READ),
    post("/reviews/<record_id>/entries/<entry_id>", entry_pages.correct, REVIEW, max_bytes=MAX_PIECE_BYTES),
    post("/reviews/<record_id>/entries/<entry_id>/withdraw", entry_pages.withdraw, REVIEW),
    get(
        "/follow-ups",
        pages.index,
        READ,
        menu=MenuEntry(MenuGroup.REVIEW, 3, "clock", N_("After visits"), badge=pages.overdue_entries),
    ),
)
