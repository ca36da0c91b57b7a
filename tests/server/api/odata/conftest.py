"""Office for data feeds: one visit, and tokens for officers of some roles."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.server.office_scene import MovedClock, Office, copy_of
from werkzeug.test import TestResponse

from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write
from field178_server.office.odata.operations import MARK, TokenRequest, accept_token, make_token, token_hash
from field178_server.runtime import new_token
from field178_shared.codelists import load

ROOT = "/odata/v4/"
ROLES = ("admin", "leader_viewer", "city_viewer", "privacy_officer")
Json = dict[str, Any]


@dataclass
class Feeds:
    """The service as programs see it, and the hands of its administrator."""

    office: Office
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, login: str, days: int = 90, label: str = "Bảng số liệu") -> str:
        """Make a token that reads as an officer, and return it."""
        office, token = self.office, MARK + new_token()
        actor = Actor("officer", office.officer_id("admin"))
        context = OperationContext(office.settings.tenant, office.clock, office.runtime.ids, load(), actor)
        request = TokenRequest(label, office.officer_id(login), days)
        self.tokens[token] = run_write(office.engine, lambda session: make_token(session, context, request))
        self.accept(token, login)
        return token

    def accept(self, token: str, login: str) -> None:
        """Accept a token as its officer."""
        office = self.office
        actor = Actor("officer", office.officer_id(login))
        context = OperationContext(office.settings.tenant, office.clock, office.runtime.ids, load(), actor)
        hashed = token_hash(office.settings.tenant, token)
        run_write(office.engine, lambda session: accept_token(session, context, self.tokens[token], hashed))

    def get(self, path: str, token: str = "", method: str = "GET", **headers: str) -> TestResponse:
        given = {"Authorization": f"Bearer {token}"} if token else {}
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        # Read whole, so that the file of the answer is closed.
        return self.office.client.open(ROOT + path, method=method, headers={**given, **named}, buffered=True)

    def json(self, path: str, token: str, **headers: str) -> Json:
        answer = self.get(path, token, **headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        document = json.loads(answer.get_data())
        assert isinstance(document, dict)
        return document

    def rows(self, path: str, token: str) -> list[Json]:
        return list(self.json(path, token)["value"])


def basic(token: str, user: str = "ai-cung-duoc") -> str:
    return "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()


def feeds_of(office: Office) -> Feeds:
    """Return the service of an office that has an officer of each role that reads."""
    for role in ROLES:
        request = AccountRequest(role, f"Cán bộ {role}", role, None, ())
        run_write(
            office.engine,
            lambda session, w=request: accounts.add(session, office.context, w, (), "not a hash"),
        )
    return Feeds(office)


@pytest.fixture
def feeds(furnished: Path, tmp_path: Path) -> Iterator[Feeds]:
    office = Office(copy_of(furnished, tmp_path / "data"), MovedClock())
    yield feeds_of(office)
    office.close()
