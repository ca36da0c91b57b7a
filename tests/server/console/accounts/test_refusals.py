"""Audit entries of refused tries: bounded in number, and without what was typed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from tests.server.console.conftest import Browser
from tests.server.office_scene import PASSWORD, Office

from field178_server.database.models import Audit
from field178_server.database.unit_of_work import snapshot

TYPED = "mat-khau-sai-cua-ai-do"


def entries(office: Office, action: str) -> list[tuple[str | None, str | None]]:
    with snapshot(office.engine) as session:
        query = select(Audit.actor_id, Audit.details).where(Audit.action == action).order_by(Audit.audit_id)
        return [tuple(row) for row in session.execute(query)]


def guess(office: Office, login: str, address: str = "127.0.0.1") -> int:
    client = office.app.test_client()
    data = {"login": login, "password": TYPED}
    return client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": address}).status_code


def test_flood_of_guesses_writes_few_entries_and_no_login(office: Office) -> None:
    for number in range(40):
        guess(office, f"khong-co-{number}", f"10.0.{number}.1")
        guess(office, "chi", f"10.1.{number}.1")
    unknown = [details for actor, details in entries(office, "sign_in_refused") if actor is None]
    assert unknown == [None, *(f'{{"count": {2**power}}}' for power in range(1, len(unknown)))]
    assert 2 <= len(unknown) <= 6
    assert len(entries(office, "sign_in_refused")) <= 12
    with snapshot(office.engine) as session:
        stored = " ".join(str(value) for value in session.scalars(select(Audit.details)))
    assert TYPED not in stored
    assert "khong-co" not in stored


def test_slowed_tries_are_written_once_in_ten_minutes(office: Office) -> None:
    statuses = [guess(office, "chi") for _ in range(20)]
    assert statuses[-1] == 429
    assert entries(office, "sign_in_slowed") == [(office.officer_id("chi"), None)]
    office.clock.move(minutes=10)
    statuses = [guess(office, "chi") for _ in range(20)]
    assert len(entries(office, "sign_in_slowed")) == 2


def test_refused_confirmation_is_no_refused_sign_in(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    browser = signed_in("chi")
    assert browser.post("/confirm", {"password": TYPED}).status_code == 403
    assert entries(office, "confirmation_refused") == [(office.officer_id("chi"), None)]
    assert entries(office, "sign_in_refused") == []


def test_page_without_the_right_is_written_with_its_name(
    office: Office, signed_in: Callable[[str], Browser], stranger: Browser
) -> None:
    browser = signed_in("an")
    for _ in range(5):
        assert browser.get("/people").status_code == 404
    chosen = '{"count": %d, "page": "people.index"}'
    assert [details for _, details in entries(office, "page_refused")] == [
        '{"page": "people.index"}',
        chosen % 2,
        chosen % 4,
    ]
    stranger.get("/people")
    browser.get("/no-such-page")
    assert len(entries(office, "page_refused")) == 3


def test_form_of_another_page_and_refused_decision_are_written(
    office: Office, signed_in: Callable[[str], Browser]
) -> None:
    browser = signed_in("privacy_officer")
    assert browser.post("/confirm", {"csrf_token": "x"}).status_code == 403
    assert entries(office, "form_refused") == [
        (office.officer_id("privacy_officer"), '{"page": "accounts.confirm"}')
    ]
    own = office.officer_id("privacy_officer")
    assert signed_in("admin").post(f"/people/{own}/reset", {"password": PASSWORD}).status_code == 303
    request = browser.text("/access-requests").split('href="/access-requests/')[1].split('"')[0]
    sent = {"check_code": "123456", "password": PASSWORD}
    assert browser.post(f"/access-requests/{request}/confirm", sent).status_code == 403
    assert entries(office, "decision_refused") == [(own, '{"page": "access_requests.confirm"}')]


def test_new_window_begins_to_count_anew(office: Office) -> None:
    for _ in range(3):
        guess(office, "an")
    office.clock.move(minutes=11)
    guess(office, "an")
    assert [details for _, details in entries(office, "sign_in_refused")] == [None, '{"count": 2}', None]
