"""Roles × pages, and for pages with a record also × areas: own, sibling, parent, foreign."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from sqlalchemy import delete
from sqlalchemy.orm import Session
from tests.server.console.conftest import UNIT, Browser, FieldWork
from tests.server.office_scene import Office

from field178_server.console.shell.routes import find_route
from field178_server.database.models import OfficerScope
from field178_server.database.unit_of_work import run_write
from field178_shared.codelists import load

LOGINS = {"reviewer": "chi", "team_lead": "an", "inspector": "binh"}
EVERYONE = frozenset(load().roles)
READERS = frozenset({"reviewer", "team_lead", "inspector"})
# Repeated here on purpose: a change of the policy needs a change of this table.
PAGES = {
    "/": EVERYONE,
    "/account": EVERYONE,
    "/session": EVERYONE,
    "/reviews": READERS,
    "/reviews/threads": READERS,
    "/attention": READERS,
    "/follow-ups": READERS,
    "/plan/2026": READERS,
    "/plan/calendar": READERS,
    "/plan/2026/add": {"reviewer"},
    "/plan/passphrase": {"reviewer"},
    "/plan/begun": {"leader_viewer", "privacy_officer"},
    "/establishments": READERS,
    "/establishments/new": {"reviewer"},
    "/establishments/duplicates": {"reviewer"},
    "/units": {"reviewer"},
    "/establishments/import": {"reviewer"},
    "/establishments/points": READERS,
    "/visits": READERS,
    "/visits/points": READERS,
    "/sessions": READERS,
    "/search": EVERYONE,
    "/help/reviewer": EVERYONE,
    "/jobs": {"reviewer", "admin"},
    "/notices": {"reviewer", "admin"},
    "/notices/new": {"reviewer", "admin"},
    "/notices/mail": {"reviewer", "admin"},
    "/notices/texts": {"reviewer", "admin"},
    "/account/authenticator": EVERYONE,
    "/commune": {"commune_reporter", "reviewer", "leader_viewer"},
    "/reports": {"reviewer", "leader_viewer", "city_viewer", "agency_reporter", "commune_reporter"},
    "/reports/new": {"reviewer"},
    "/reports/template": {"reviewer"},
    "/reports/template/file": {"reviewer"},
    "/returns": {"agency_reporter", "commune_reporter", "reviewer", "leader_viewer"},
    "/exports": {"reviewer", "leader_viewer", "city_viewer", "privacy_officer"},
    "/indicators": {"reviewer", "leader_viewer", "city_viewer"},
    "/indicators/coverage": {"reviewer", "leader_viewer", "city_viewer"},
    "/access-requests": {"admin", "leader_viewer", "privacy_officer"},
    "/people": {"admin"},
    "/people/new": {"admin"},
    "/webhooks": {"admin"},
    "/webhooks/new": {"admin"},
    "/teams": READERS | {"admin"},
    "/teams/new": {"admin"},
    "/tablets": {"reviewer", "admin"},
    "/tablets/rescue": {"reviewer", "admin"},
    "/tablets/enrol": {"admin"},
    "/feeds": {"admin", "leader_viewer", "privacy_officer"},
    "/confirm": EVERYONE,
    "/feeds/new": {"admin"},
    "/health": {"admin"},
    "/lists": {"reviewer", "admin", "privacy_officer"},
    "/purges": {"privacy_officer"},
    "/retention": {"privacy_officer", "leader_viewer"},
    "/retention/dry-run": {"privacy_officer", "leader_viewer"},
    "/audit": {"privacy_officer", "admin"},
    "/lists/pack": {"reviewer", "admin", "privacy_officer"},
    "/lists/worksheet": {"reviewer", "admin", "privacy_officer"},
}
# Open to all, about a record that the address names in its query, or leading on to a page of its own.
NAMED_ELSEWHERE = {
    "console.plan.index",
    "console.establishments.map_view",
    "console.establishments.map_ground",
    "console.accounts.sign_in_form",
    "console.privacy.index",
    "console.accounts.own_tablets",
    "console.erasure.new",
    "console.help.own_guide",
}
# The officer's area as the record's sees it, and who reads the record from there.
AREAS = {
    "own": (UNIT, READERS),
    "sibling": ("unit:c11632_v2", frozenset()),
    "parent": (f"unit:{load().units[UNIT.removeprefix('unit:')].parent}", {"reviewer"}),
    "foreign": ("unit:c11302_v1", frozenset()),
}


def test_role_opens_the_pages_of_its_work_and_no_other(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    for role in EVERYONE:
        browser = signed_in(LOGINS.get(role, role))
        opened = {path for path in PAGES if browser.get(path).status_code == 200}
        assert opened == {path for path, roles in PAGES.items() if role in roles}, role
    rules = office.app.url_map.bind("")
    # A page without an argument that this table does not name is a page nobody decided about.
    named = {rules.match(path)[0] for path in PAGES} | NAMED_ELSEWHERE
    plain = {
        rule.endpoint
        for rule in office.app.url_map.iter_rules()
        if find_route(rule.endpoint) is not None and "GET" in (rule.methods or ()) and not rule.arguments
    }
    assert plain - named == set()


def test_record_is_read_from_its_own_area_alone(
    office: Office, signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    session, place = in_the_field.session(), in_the_field.place()
    for role, area in product(sorted(EVERYONE), AREAS):
        login, (scope, readers) = LOGINS.get(role, role), AREAS[area]
        browser, own = signed_in(login), office.officer_id(login)
        run_write(office.engine, lambda at, own=own, only=scope: _set_scope(at, own, only))
        expected = 200 if role in readers else 404
        for path in (f"/reviews/{session}", f"/establishments/{place}"):
            assert browser.get(path).status_code == expected, (role, area, path)
        shown = browser.get("/reviews?state=all").get_data(as_text=True)
        assert (session in shown) == (expected == 200), (role, area)
        assert browser.decide(session, "return", reason="Sai").status_code in (
            (303, 409, 422) if expected == 200 and role == "reviewer" else (404,)
        )


def _set_scope(session: Session, officer_id: str, scope: str) -> None:
    session.execute(delete(OfficerScope).where(OfficerScope.officer_id == officer_id))
    session.add(OfficerScope(tenant_id="main", officer_id=officer_id, scope=scope))
