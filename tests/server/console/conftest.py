"""An office with one tablet in the field, and browsers for its officers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from tests.server.office_scene import PASSWORD, Office, Tablet, copy_of
from tests.shared import builders
from werkzeug.test import TestResponse

from field178_server.accounts import officers, sessions
from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.browser_session import cookie_value, csrf_token_of
from field178_server.office.reviews.queue import review_revisions
from field178_server.runtime import EXTENSION, new_token
from field178_server.security.passwords import Passwords
from field178_shared.time.clock import to_wire

UNIT = "unit:c11629_v2"
TEAM = f"team:{builders.TEAM}"
PLACE = builders.record_id("establishment")
EXTRA_ROLES = (
    "admin",
    "leader_viewer",
    "city_viewer",
    "privacy_officer",
    "agency_reporter",
    "commune_reporter",
)

Json = dict[str, Any]


@dataclass
class Browser:
    """One person's browser."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def text(self, path: str) -> str:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, answer.status
        return answer.get_data(as_text=True)

    def token(self) -> str:
        """Return the form token of this browser's session, as its pages hold it."""
        cookie = self.client.get_cookie("field178")
        runtime = self.client.application.extensions[EXTENSION]
        return csrf_token_of(runtime, cookie.value.partition(".")[0] if cookie else "")

    def post(self, path: str, fields: Json | None = None) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token()} | (fields or {}))

    def confirms(self) -> None:
        """Type the password once more."""
        assert self.post("/confirm", {"password": PASSWORD, "next": "/account"}).status_code == 303

    def decide(self, record_id: str, decision: str, seen_rev: int = 1, **fields: Any) -> TestResponse:
        pinned = {f"comment:{path}": text for path, text in fields.pop("comments", {}).items()}
        seen = {"seen_rev": seen_rev, "seen_review": self.review_rev(record_id)}
        return self.post(f"/reviews/{record_id}/{decision}", seen | pinned | fields)

    def review_rev(self, record_id: str) -> int:
        """Return the revision of a record's review as a page opened now shows it."""
        runtime = self.client.application.extensions[EXTENSION]
        with snapshot(runtime.engine) as session:
            return review_revisions(session, runtime.tenant_id, [record_id])[record_id]


@dataclass
class FieldWork:
    """What one tablet sends to the office."""

    office: Office
    tablet: Tablet
    user: str
    n: int = 0
    receipts: list[Json] = field(default_factory=list)

    def file(self, record_type: str, scope: str, data: Json, record_id: str = "") -> str:
        record_id = record_id or self.office.runtime.ids.time_ordered()
        receipt = self.send(record_id, record_type, scope, data, create=True)
        assert receipt["status"] == "applied", receipt
        return record_id

    def visit(self, **over: Any) -> str:
        return self.file("inspection", TEAM, builders.inspection(**over))

    def session(self, **over: Any) -> str:
        return self.file("outreach_session", UNIT, builders.outreach_session(**over))

    def place(self, **over: Any) -> str:
        return self.file("establishment", UNIT, builders.establishment(**over), PLACE)

    def send(self, record_id: str, record_type: str, scope: str, set_: Json, **more: Any) -> Json:
        self.n += 1
        change = {
            "change_id": self.office.runtime.ids.time_ordered(),
            "n": self.n,
            "record_id": record_id,
            "type": record_type,
            "scope": scope,
            "op": "put",
            "at": to_wire(self.office.clock.now()),
            "clock_offset_ms": -740,
            "user": self.user,
            "set": set_,
            **more,
        }
        answer = self.tablet.sync(push=[change])
        assert answer.status_code == 200, answer.get_data(as_text=True)
        frames = [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]
        (receipt,) = (
            frame for frame in frames if frame["frame"] == "res" and frame["change_id"] == change["change_id"]
        )
        return dict(receipt)


@dataclass(frozen=True)
class Enrolled:
    """A closed office whose data folder has one tablet in the field, and what that tablet holds."""

    folder: Path
    key: Ed25519PrivateKey
    device: str
    token: str


@pytest.fixture(scope="session")
def staffed(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of an office with an officer of every role."""
    folder = tmp_path_factory.mktemp("staffed") / "data"
    office = Office(copy_of(furnished, folder))
    stored = Passwords("test").hash(PASSWORD)
    for role in EXTRA_ROLES:
        request = AccountRequest(role, f"Cán bộ {role}", role, None, ())
        run_write(
            office.engine, lambda session, w=request: accounts.add(session, office.context, w, (), stored)
        )
    office.close()
    return folder


@pytest.fixture(scope="session")
def enrolled(staffed: Path, tmp_path_factory: pytest.TempPathFactory) -> Enrolled:
    folder = tmp_path_factory.mktemp("enrolled") / "data"
    office = Office(copy_of(staffed, folder))
    tablet = Tablet(office).ready(UNIT, TEAM, "ref")
    office.close()
    return Enrolled(folder, tablet.key, tablet.device, tablet.token)


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """Copy the office that a test asks for: with a tablet in the field, or without one."""
    is_in_the_field = "in_the_field" in request.fixturenames
    folder = (
        request.getfixturevalue("enrolled").folder if is_in_the_field else request.getfixturevalue("staffed")
    )
    office = Office(copy_of(folder, tmp_path / "data"))
    yield office
    office.close()


@pytest.fixture
def in_the_field(office: Office, enrolled: Enrolled) -> FieldWork:
    tablet = Tablet(office, enrolled.key, enrolled.device, enrolled.token)
    return FieldWork(office, tablet, office.officer_id("an"))


def open_session(office: Office, login: str) -> Browser:
    """Open a session of an officer in a new browser. `accounts/test_pages.py` types the password instead."""
    browser, token = Browser(office.app.test_client()), new_token()

    def write(session: Session) -> str:
        officer = officers.by_login_or_id(session, office.settings.tenant, login)
        sessions.open_session(session, officer, token, office.clock.now())
        return officer.officer_id

    officer_id = run_write(office.engine, write)
    browser.client.set_cookie("field178", cookie_value(office.runtime, token, officer_id))
    return browser


@pytest.fixture
def signed_in(office: Office) -> Callable[[str], Browser]:
    """Open a session for each login, each in a browser of its own."""
    return lambda login: open_session(office, login)


@pytest.fixture
def reviewer(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("chi")


@pytest.fixture
def colleague(office: Office, signed_in: Callable[[str], Browser]) -> Browser:
    """Return the browser of a second reviewer."""
    request, stored = (
        AccountRequest("dung", "Cán bộ dung", "reviewer", None, ()),
        Passwords("test").hash(PASSWORD),
    )
    run_write(office.engine, lambda session: accounts.add(session, office.context, request, (), stored))
    return signed_in("dung")


@pytest.fixture
def stranger(office: Office) -> Browser:
    return Browser(office.app.test_client())


def following(page: str, link: str) -> str:
    """Return the address of the page before or after a page of the list."""
    (href,) = re.findall(rf'rel="{link}" href="([^"]+)"', page)
    return unescape(href)
