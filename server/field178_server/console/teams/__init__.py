"""Inspection teams: list, page of one team, its decision and its members."""

from __future__ import annotations

from field178_server.console.shell.access import ADMINISTER, any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_server.console.teams import pages
from field178_server.records.access import RECORD_RIGHTS
from field178_shared.text.i18n import N_

TEAMS = any_of(*RECORD_RIGHTS, "manage_users")

ROUTES = (
    get("/teams", pages.index, TEAMS, menu=MenuEntry(MenuGroup.PEOPLE, 2, "team", N_("Teams"))),
    get("/teams/<team_id>", pages.detail, TEAMS),
    get("/teams/new", pages.new, ADMINISTER),
    post("/teams/new", pages.add, ADMINISTER),
    get("/teams/<team_id>/edit", pages.edit, ADMINISTER),
    post("/teams/<team_id>/edit", pages.save, ADMINISTER),
    get("/teams/<team_id>/member", pages.member, ADMINISTER),
    post("/teams/<team_id>/member", pages.set_member, ADMINISTER),
)
