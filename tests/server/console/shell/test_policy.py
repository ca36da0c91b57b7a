from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from tests.server.console.conftest import Browser, FieldWork
from tests.server.office_scene import Office

from field178_server.console.shell.blueprint import console
from field178_server.console.shell.guard import check_policy
from field178_server.console.shell.policy import POLICY, may
from field178_shared.codelists import load

READERS = {"reviewer", "team_lead", "inspector"}
RECORDS = {
    "console.reviews",
    "console.review_record",
    "console.note_viewing",
    "console.attention",
    "console.attention_item",
    "console.establishments",
    "console.establishment",
}
DECISIONS = {
    "console.approve_record",
    "console.approve_several",
    "console.return_record",
    "console.reopen_record",
    "console.void_record",
    "console.undo",
    "console.decide_attention",
}
MANAGING = {"console.revoking", "console.revoke_tablet", "console.enrolling", "console.enrol_tablet"}


def test_every_page_of_the_console_has_a_row(office: Office) -> None:
    pages = {
        rule.endpoint for rule in office.app.url_map.iter_rules() if rule.endpoint.startswith("console.")
    }
    assert pages == set(POLICY)


def test_page_without_a_row_keeps_the_application_from_starting() -> None:
    app = Flask(__name__)
    app.register_blueprint(console)
    app.add_url_rule("/secret", "console.secret", lambda: "")
    with pytest.raises(RuntimeError, match=r"console\.secret"):
        check_policy(app)


def test_endpoint_without_a_row_is_closed_to_everyone() -> None:
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
    said = [answer.get_data(as_text=True).replace(filed, absent) for answer in answers]
    assert said[0] == said[1]
    assert browser.decide(filed, "approve").status_code == 404


@pytest.mark.parametrize("role", sorted(load().roles))
def test_tablets_are_seen_by_who_reviews_and_managed_by_the_administrator(role: str) -> None:
    lists = load()
    assert may(role, "console.tablets", lists) == (role in ("reviewer", "admin"))
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
