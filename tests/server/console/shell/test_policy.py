from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.server.console.conftest import Browser, FieldWork
from tests.server.office_scene import Office
from werkzeug.routing import Rule

from field178_server.console.shell.access import PUBLIC
from field178_server.console.shell.blueprint import CONSOLE, STATIC_ENDPOINT, console
from field178_server.console.shell.policy import may
from field178_server.console.shell.routes import all_routes, register_routes
from field178_shared.codelists import load

READERS = {"reviewer", "team_lead", "inspector"}
RECORDS = {
    "console.reviews.index",
    "console.reviews.detail",
    "console.reviews.note_viewing",
    "console.attention.index",
    "console.attention.item",
    "console.establishments.index",
    "console.establishments.detail",
}
DECISIONS = {
    "console.reviews.approve",
    "console.reviews.approve_several",
    "console.reviews.return_record",
    "console.reviews.reopen",
    "console.reviews.void",
    "console.reviews.undo",
    "console.attention.decide",
}
MANAGING = {
    "console.tablets.revoke_form",
    "console.tablets.revoke",
    "console.tablets.enrol_form",
    "console.tablets.enrol",
}


def test_every_url_of_the_console_is_declared_by_a_capability(office: Office) -> None:
    urls = {rule.endpoint for rule in office.app.url_map.iter_rules() if rule.endpoint.startswith("console.")}
    assert urls == {STATIC_ENDPOINT, *all_routes()}


def test_page_that_no_capability_declares_is_closed_to_everyone(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    browser = signed_in("admin")
    office.app.view_functions["console.undeclared"] = lambda: "secret"
    office.app.url_map.add(Rule("/undeclared", endpoint="console.undeclared"))
    assert browser.get("/undeclared").status_code == 404


def test_endpoint_declared_twice_is_refused() -> None:
    route = all_routes()["console.tablets.revoke"]
    with pytest.raises(ValueError, match=r"console\.tablets\.revoke"):
        register_routes(console, "tablets", [replace(route, access=PUBLIC)])
    assert all_routes()["console.tablets.revoke"] is route


def test_unknown_endpoint_is_closed_to_everyone() -> None:
    assert not any(may(role, "console.unknown", load()) for role in load().roles)


@pytest.mark.parametrize("role", sorted(load().roles))
def test_only_roles_that_read_visits_open_records_and_only_reviewers_decide(role: str) -> None:
    lists = load()
    assert {page for page in RECORDS if may(role, page, lists)} == (RECORDS if role in READERS else set())
    assert {page for page in DECISIONS if may(role, page, lists)} == (
        DECISIONS if role == "reviewer" else set()
    )


@pytest.mark.parametrize("role", ["leader_viewer", "city_viewer", "admin"])
def test_roles_without_visits_meet_the_same_answer_with_and_without_a_record(
    signed_in: Callable[[str], Browser], in_the_field: FieldWork, role: str
) -> None:
    filed, absent = in_the_field.visit(), "01900000-0000-7000-8000-00000000dead"
    browser = signed_in(role)
    answers = [browser.get(f"/reviews/{record_id}") for record_id in (filed, absent)]
    assert [answer.status_code for answer in answers] == [404, 404]
    # The framed answer holds its own address for the appearance form and the form token, nothing else of it.
    pages = [answer.get_data(as_text=True).replace(filed, absent) for answer in answers]
    assert pages[0] == pages[1]
    assert browser.decide(filed, "approve").status_code == 404


@pytest.mark.parametrize("role", sorted(load().roles))
def test_tablets_are_seen_by_who_reviews_and_managed_by_the_administrator(role: str) -> None:
    lists = load()
    assert may(role, "console.tablets.index", lists) == (role in ("reviewer", "admin"))
    assert {page for page in MANAGING if may(role, page, lists)} == (MANAGING if role == "admin" else set())


def test_stranger_is_sent_to_sign_in_and_back(stranger: Browser) -> None:
    answer = stranger.get("/reviews?state=approved")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/reviews?state%3Dapproved"


def test_team_lead_reads_only_the_own_scopes_and_decides_nothing(
    signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    foreign = in_the_field.session()
    lead = signed_in("an")
    assert lead.get(f"/reviews/{foreign}").status_code == 404
    assert foreign not in lead.text("/reviews?state=all")
    assert lead.decide(foreign, "approve").status_code == 404


def test_every_endpoint_named_in_code_and_templates_exists() -> None:
    quoted = re.compile(r"""["'](console\.\w+\.\w+)["']""")
    files = [*CONSOLE.rglob("*.py"), *CONSOLE.rglob("*.html")]
    named = {name for path in files for name in quoted.findall(path.read_text("utf-8"))}
    assert len(named) > 150
    assert named <= all_routes().keys()
