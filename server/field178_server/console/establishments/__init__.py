"""The register of establishments."""

from __future__ import annotations

from field178_server.console.establishments import (
    change_pages,
    duplicate_pages,
    form_pages,
    map_ground,
    merge_pages,
    pages,
)
from field178_server.console.shell.access import EDIT_REGISTER, REGISTER
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

ROUTES = (
    get("/establishments/<record_id>/close", change_pages.close_form, EDIT_REGISTER),
    post("/establishments/<record_id>/close", change_pages.close, EDIT_REGISTER),
    get("/establishments/<record_id>/move", change_pages.move_form, EDIT_REGISTER),
    post("/establishments/<record_id>/move", change_pages.move, EDIT_REGISTER),
    get("/establishments/duplicates", duplicate_pages.duplicates, EDIT_REGISTER),
    get("/establishments/<record_id>/not-duplicate", duplicate_pages.dismiss_duplicate_form, EDIT_REGISTER),
    post("/establishments/<record_id>/not-duplicate", duplicate_pages.dismiss_duplicate, EDIT_REGISTER),
    post(
        "/establishments/duplicates/<dismissal_id>/restore", duplicate_pages.restore_duplicate, EDIT_REGISTER
    ),
    get("/establishments/new", form_pages.new, EDIT_REGISTER),
    post("/establishments/new", form_pages.add, EDIT_REGISTER),
    get("/establishments/<record_id>/edit", form_pages.edit, EDIT_REGISTER),
    post("/establishments/<record_id>/edit", form_pages.save, EDIT_REGISTER),
    get("/establishments/<record_id>/merge", merge_pages.merge_form, EDIT_REGISTER),
    post("/establishments/<record_id>/merge", merge_pages.merge, EDIT_REGISTER),
    post("/establishments/<record_id>/unmerge", merge_pages.unmerge, EDIT_REGISTER),
    get(
        "/establishments",
        pages.index,
        REGISTER,
        menu=MenuEntry(MenuGroup.REGISTER, 2, "establishment", N_("Register")),
    ),
    get("/map", pages.map_view, REGISTER),
    get("/establishments/points", pages.points, REGISTER),
    get("/establishments.<kind>", pages.file, REGISTER),
    get("/establishments/<record_id>", pages.detail, REGISTER),
    get("/map/ground", map_ground.map_ground, REGISTER),
)
