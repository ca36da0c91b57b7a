"""Every route of the application meets numbers of 5,000 digits wherever it may read one."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from flask import Request
from tests.server.console.attention.test_conflict import clash
from tests.server.console.attention.test_quarantine import hold
from tests.server.console.attention.test_recovery import leave_on_tablet
from tests.server.console.conftest import Browser, FieldWork
from tests.server.office_scene import Office
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from field178_server.console.shell.policy import may
from field178_server.http.browser_session import CSRF_HEADER
from field178_shared.codelists import load

# Python itself refuses to turn more than 4,300 digits into a number.
DIGITS = "9" * 5000
HEADERS = dict.fromkeys(("Upload-Offset", "Upload-Length", "Range", "If-Range"), DIGITS) | {
    "Tus-Resumable": "1.0.0"
}
ROLES = {"admin": "admin", "chi": "reviewer", "privacy_officer": "privacy_officer"}
# After these nobody is signed in any more.
ENDING = ("console.accounts.sign_out", "console.accounts.sign_in_form", "console.accounts.sign_in")


class Numbers(ImmutableMultiDict[str, str]):
    """Fields that hold the same number under every name, but for those that lead to the next field."""

    leading: ClassVar[dict[str, str]] = {}

    def __iter__(self) -> Iterator[str]:
        return iter([f"seen:{DIGITS}", "comment:note", "typed:rooms_total", *self.leading])

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> str:
        return self.leading.get(key, DIGITS)

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:
        return self[key]

    def getlist(self, key: str, type: Any = None) -> Any:
        return [self[key]]


class NumberedRequest(Request):
    """A request in which every parameter is such a number."""

    @property
    def args(self) -> Numbers:  # type: ignore[override]
        return Numbers()

    @property
    def form(self) -> Numbers:  # type: ignore[override]
        _ = super().form
        return Numbers()


@pytest.fixture
def numbered(office: Office, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Turn every later request into a numbered one."""
    return lambda: monkeypatch.setattr(office.app, "request_class", NumberedRequest)


def send(browser: Browser, method: str, path: str, headers: dict[str, str]) -> TestResponse:
    body: dict[str, Any] = {}
    if path.startswith("/api/"):
        kind = "application/offset+octet-stream" if method == "PATCH" else "application/json"
        body = {"data": f'{{"verdicts": {DIGITS}}}', "content_type": kind}
    elif method != "GET":
        body = {"data": {"file": (io.BytesIO(b"x"), "x.f178")}}
    return browser.client.open(path, method=method, headers=HEADERS | headers, **body)


def paths(rule: Rule, existing: list[dict[str, str]]) -> set[str]:
    """Return the addresses of a rule: with numbers for all its parts, and with those of things that exist."""
    built = set()
    for record in ({}, *existing):
        path = rule.rule
        for name in rule.arguments:
            path = re.sub(rf"<(?:[^<>]*:)?{name}>", record.get(name, DIGITS), path)
        assert "<" not in path, path
        built.add(path)
    return built


def callers(endpoint: str) -> list[str]:
    """Return the accounts that may call an endpoint; the first account if none may."""
    lists = load()
    return [login for login, role in ROLES.items() if may(role, endpoint, lists)] or [next(iter(ROLES))]


def things_that_exist(in_the_field: FieldWork, browser: Browser) -> list[dict[str, str]]:
    """Have one item of each kind wait; return the parts of addresses that lead to each."""
    clash(in_the_field)
    hold(in_the_field)
    leave_on_tablet(in_the_field, in_the_field.office.runtime.ids.time_ordered())
    decisions = {"conflict": "resolve", "quarantine": "mend", "recovery": "take"}
    items = dict(re.findall(r'href="/attention/([a-z]+)/([0-9a-f.-]+)"', browser.text("/attention")))
    assert set(items) == set(decisions)
    others = {
        "record_id": in_the_field.visit(),
        "file_id": Numbers.leading["upload"],
        "device_id": in_the_field.tablet.device,
    }
    return [
        {**others, "origin": origin, "key": key, "decision": decisions[origin]}
        for origin, key in items.items()
    ]


def test_no_route_fails_on_a_number_without_end(
    office: Office, in_the_field: FieldWork, signed_in: Callable[[str], Browser], numbered: Callable[[], None]
) -> None:
    admin = signed_in("admin")
    file = admin.client.post(
        "/tablets/rescue", data={"csrf_token": admin.token(), "file": (io.BytesIO(b"x"), "x.f178")}
    )
    Numbers.leading = {"upload": file.location.rpartition("/")[2]}
    existing = things_that_exist(in_the_field, signed_in("chi"))
    browsers = {login: signed_in(login) for login in ROLES}
    tokens = {name: browser.token() for name, browser in browsers.items()}
    numbered()
    failed = set()
    for rule in sorted(
        office.app.url_map.iter_rules(), key=lambda rule: (rule.endpoint in ENDING, rule.rule)
    ):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for path in paths(rule, existing):
                for name in callers(rule.endpoint):
                    headers = {"Authorization": f"Bearer {in_the_field.tablet.token}", "F178-Protocol": "1"}
                    answer = send(browsers[name], method, path, headers | {CSRF_HEADER: tokens[name]})
                    if answer.status_code >= 500:
                        failed.add((method, rule.rule, answer.status_code))
    assert failed == set()


def test_an_offset_without_end_is_a_bad_request(signed_in: Callable[[str], Browser]) -> None:
    file = (io.BytesIO(b"x"), "x.f178")
    answer = signed_in("admin").post("/tablets/rescue", {"file": file, "offset": DIGITS})
    assert answer.status_code == 400
