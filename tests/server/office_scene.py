"""Office for tests: one team of two communes, two officers, a clock that tests move."""

from __future__ import annotations

import base64
import json
import random
import shutil
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from sqlalchemy import Engine
from tests.office_keys import give_office_key
from tests.server import compiled_once
from werkzeug.test import TestResponse

from field178_server.accounts import officers
from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest, TeamRequest
from field178_server.app import create_app
from field178_server.audit import trail
from field178_server.audit.operation_context import OperationContext
from field178_server.database.engine import create_engine_for
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices import enrolment
from field178_server.office.access_requests.operations import take_effect_alone
from field178_server.office.access_requests.queries import open_requests
from field178_server.office.lists.operations import Rows, publish_rows
from field178_server.office.tablets import operations as operating
from field178_server.records.lists_in_force import ListsInForce, stored_pack
from field178_server.runtime import EXTENSION, Runtime
from field178_server.security.passwords import Passwords
from field178_server.serving.installation import install
from field178_server.settings import Settings
from field178_shared.codelists import load
from field178_shared.ids import IdSource

PASSWORD = "con-trau-gam-co-an-1"
TEAM = "Đội 178"
UNITS = ("c11629_v1", "c11632_v1")
MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

compiled_once.share()


class MovedClock:
    """Clock that only moves on request."""

    def __init__(self, start: datetime = MORNING) -> None:
        self.instant = start

    def now(self) -> datetime:
        return self.instant

    def move(self, **by: float) -> None:
        self.instant += timedelta(**by)


def settings_of(folder: Path, **more: Any) -> Settings:
    return Settings(data_dir=folder, **{"password_cost": "test", "second_factor": "optional"} | more)


def furnish(settings: Settings, clock: MovedClock) -> None:
    """Set a server up with its team and officers `an` (team lead) and `binh` (inspector, no unit)."""
    engine = create_engine_for(settings.effective_database_url)
    ids = IdSource(clock, random.Random(178))
    install(settings, engine, clock, ids)
    give_office_key(settings.key_dir)
    context = OperationContext(settings.tenant, clock, ids, load(), trail.OPERATOR)
    stored = Passwords("test").hash(PASSWORD)
    agency = accounts.agency_or_focal(context, None)
    run_write(
        engine,
        lambda session: accounts.add_team(session, context, TeamRequest(TEAM, UNITS, "district", agency)),
    )
    for login, role, teams in (
        ("an", "team_lead", [TEAM]),
        ("binh", "inspector", []),
        ("chi", "reviewer", []),
    ):
        request = AccountRequest(login, f"Cán bộ {login}", role, None, ())
        run_write(engine, lambda session, w=request, t=teams: accounts.add(session, context, w, t, stored))
    engine.dispose()


def copy_of(furnished: Path, data_dir: Path, **more: Any) -> Settings:
    """Copy the data folder of a closed office on SQLite, and return the settings of the copy."""
    shutil.copytree(furnished, data_dir)
    return settings_of(data_dir, **more)


def unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Office:
    """A server in this process, and the operator's hands."""

    settings: Settings
    clock: MovedClock = field(default_factory=MovedClock)

    def __post_init__(self) -> None:
        self.app = create_app(self.settings, self.clock)
        self.app.jinja_env.bytecode_cache = compiled_once.TEMPLATES
        self.client: FlaskClient = self.app.test_client()

    @property
    def runtime(self) -> Runtime:
        runtime = self.app.extensions[EXTENSION]
        assert isinstance(runtime, Runtime)
        return runtime

    @property
    def engine(self) -> Engine:
        return self.runtime.engine

    @property
    def context(self) -> OperationContext:
        return OperationContext(self.settings.tenant, self.clock, self.runtime.ids, load())

    def close(self) -> None:
        self.engine.dispose()

    def code(self, login: str = "an", *scopes: str) -> str:
        code = enrolment.new_code(random.SystemRandom())
        run_write(
            self.engine, lambda session: operating.issue_code(session, self.context, login, scopes, code)
        )
        return code

    def officer_id(self, login: str) -> str:
        with snapshot(self.engine) as session:
            return officers.by_login_or_id(session, self.settings.tenant, login).officer_id

    def confirm_access(self) -> int:
        """Put what waits for a second person into effect, as the operator; return how much it was."""
        with snapshot(self.engine) as session:
            waiting = [row.request.request_id for row in open_requests(session, self.settings.tenant)]
        for request_id in waiting:
            run_write(
                self.engine,
                lambda session, id_=request_id: take_effect_alone(
                    session, self.context, id_, "thử", by_mail=False
                ),
            )
        return len(waiting)

    def publish_lists(self, rows: Rows) -> None:
        """Publish changed rows of the lists, which are in force then."""
        with snapshot(self.engine) as session:
            seen = stored_pack(session, self.settings.tenant).number
        key = self.runtime.keyring.receipt
        run_write(self.engine, lambda session: publish_rows(session, self.context, key, rows, seen))
        ListsInForce(self.engine, self.settings.tenant).follow()

    def post(self, path: str, body: object, **headers: str) -> TestResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = {"F178-Protocol": "1", "Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.client.post(path, data=data, headers=head)


@dataclass
class Tablet:
    """A device's side of enrolment and sessions."""

    office: Office
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    device: str = ""
    token: str = ""

    @property
    def public_key(self) -> str:
        return unpadded(self.key.public_key().public_bytes_raw())

    def sign(self, message: str) -> str:
        return unpadded(self.key.sign(message.encode()))

    def claim(self, code: str, **changed: object) -> dict[str, object]:
        body: dict[str, object] = {
            "code": code,
            "public_key": self.public_key,
            "label": "Máy 1",
            "signature": self.sign(f"field178-enrol-v1|{code}|{self.public_key}"),
        }
        return body | changed

    def enrol(self, code: str | None = None) -> TestResponse:
        answer = self.office.post("/api/v1/devices", self.claim(code or self.office.code()))
        if answer.status_code == 201:
            self.device = answer.get_json()["device"]
        return answer

    def challenge(self) -> str:
        nonce = self.office.post("/api/v1/auth/challenge", {"device": self.device}).get_json()["nonce"]
        assert isinstance(nonce, str)
        return nonce

    def open_session(self, nonce: str | None = None, **changed: object) -> TestResponse:
        nonce = nonce or self.challenge()
        signature = self.sign(f"field178-session-v1|{nonce}|{self.device}")
        body = {"device": self.device, "nonce": nonce, "signature": signature} | changed
        answer = self.office.post("/api/v1/auth/session", body)
        if answer.status_code == 200:
            self.token = answer.get_json()["token"]
        return answer

    def post(self, path: str, body: object) -> TestResponse:
        return self.office.post(path, body, Authorization=f"Bearer {self.token}")

    def sign_in(self, login: str = "an", password: str = PASSWORD, **more: str) -> TestResponse:
        return self.post("/api/v1/devices/officers", {"login": login, "password": password, **more})

    def ready(self, *scopes: str) -> Tablet:
        assert self.enrol(self.office.code("an", *scopes)).status_code == 201
        assert self.open_session().status_code == 200
        assert self.sign_in().status_code == 200
        return self

    def change(self, n: int = 1, record: str = "", **members: object) -> dict[str, object]:
        """Return a pushed establishment of the first unit, in the name of officer `an`."""
        place = {
            "name": f"Nhà nghỉ {n}",
            "establishment_type_id": "guesthouse",
            "unit_id": UNITS[0],
            "address_line": "Thôn Trung",
            "operating_status_id": "operating",
        }
        return {
            "change_id": str(uuid.uuid4()),
            "n": n,
            "record_id": record or str(uuid.uuid4()),
            "type": "establishment",
            "scope": f"unit:{UNITS[0]}",
            "op": "put",
            "create": True,
            "user": self.office.officer_id("an"),
            "set": {**place, **members},
        }

    def frames(self, **members: object) -> list[dict[str, Any]]:
        answer = self.sync(**members)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return [json.loads(line) for line in answer.get_data().splitlines()]

    def sync(self, **members: object) -> TestResponse:
        incarnation = "0197a000-0000-4000-8000-000000000001"
        return self.post("/api/v1/sync", {"device": self.device, "incarnation": incarnation, **members})


def record_scopes(hello: dict[str, Any]) -> list[str]:
    """Return the scopes of records that a tablet may read; its receipts have a scope of their own."""
    return [scope for scope in hello["scopes"] if not scope.startswith("device:")]


def problem_of(answer: TestResponse) -> tuple[int, str]:
    """Return status and code of a refused request, after checking the form every refusal has."""
    assert answer.content_type == "application/problem+json", answer.get_data(as_text=True)
    assert answer.headers["F178-Protocol"] == "1"
    body = answer.get_json()
    assert body["status"] == answer.status_code
    return answer.status_code, str(body["code"])
