"""An office with officers of every role, tablets, register, records and trail: prepared once and copied."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from tests.server import compiled_once
from tests.server.api.odata.conftest import Feeds
from tests.server.console.conftest import EXTRA_ROLES, Browser, open_session
from tests.server.office_scene import (
    MORNING,
    PASSWORD,
    MovedClock,
    Office,
    Tablet,
    furnish,
    settings_of,
)
from tests.shared import builders

from field178_server.accounts import operations as accounts
from field178_server.accounts import sessions
from field178_server.accounts.operations import AccountRequest, TeamRequest
from field178_server.app import create_app
from field178_server.database.models import ConsoleSession
from field178_server.database.unit_of_work import run_write
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.worker import JobWorker
from field178_server.office.indicators.totals.updater import settle_if_needed
from field178_server.office.webhooks import operations as webhooks
from field178_server.office.webhooks.events import EventKind
from field178_server.office.webhooks.operations import WebhookSettings
from field178_server.office.webhooks.signature import secret_box
from field178_server.security.passwords import Passwords
from field178_shared.ids import IdSource
from field178_shared.time.clock import to_wire

UNITS = ("c11629_v2", "c11674_v2")
ORIGIN = "http://localhost"
# Login, role and teams. `dung` is a reviewer of the second team, and may not know of the first team's visits.
OFFICERS = (
    ("em", "inspector", ("Đội 179",)),
    ("giang", "team_lead", ("Đội 179",)),
    ("hoa", "inspector", ("Đội 177",)),
    ("dung", "reviewer", ("Đội 179",)),
)
REPORT = {"kind": "annual", "year": "2026", "area_id": "an_lao_area_2025", "profile_ids": ["ha_noi_2026"]}
PLANNER = "chi"
OBSERVERS = ("an", "binh", "hoa", "em", "giang", "dung", *EXTRA_ROLES)


class SeededOffice(Office):
    """An office whose ids are the same after the same `randomness.seed`."""

    def __post_init__(self) -> None:
        self.randomness = random.Random(178)
        self.app = create_app(self.settings, self.clock, IdSource(self.clock, self.randomness))
        self.app.jinja_env.bytecode_cache = compiled_once.TEMPLATES
        self.client = self.app.test_client()


@dataclass(frozen=True)
class Facts:
    """Ids and secrets of the prepared office that every pair of worlds shares."""

    teams: Mapping[str, str]
    places: tuple[str, ...]
    visits: tuple[str, ...]
    items: tuple[str, ...]
    sessions: Mapping[str, str]
    tokens: Mapping[str, str]
    devices: Mapping[str, tuple[str, str]]
    officers: Mapping[str, str]
    report: str

    def write(self, file: Path) -> None:
        file.write_text(json.dumps({name: getattr(self, name) for name in self.__slots_of()}), "utf-8")

    @classmethod
    def read(cls, file: Path) -> Facts:
        members = json.loads(file.read_text("utf-8"))
        return cls(**{name: tuple(of) if isinstance(of, list) else of for name, of in members.items()})

    @classmethod
    def __slots_of(cls) -> tuple[str, ...]:
        return tuple(cls.__dataclass_fields__)


@dataclass
class _Preparation:
    """The work of one preparation: officers, register, records, and all that officers leave behind."""

    office: SeededOffice
    pushed: dict[str, int] = field(default_factory=dict)

    def write(self, work: Any) -> Any:
        return run_write(self.office.engine, work)

    def team(self, name: str, unit: str) -> str:
        request = TeamRequest(name, (unit,), "commune", "commune_culture_social")
        team = self.write(lambda session: accounts.add_team(session, self.office.context, request))
        return str(team.id)

    def officer(self, login: str, role: str, teams: tuple[str, ...]) -> None:
        stored = Passwords("test").hash(PASSWORD)
        request = AccountRequest(login, f"Cán bộ {login}", role, None, (), f"{login}@example.org")
        self.write(lambda session: accounts.add(session, self.office.context, request, teams, stored))

    def tablet(self, login: str, *scopes: str) -> Tablet:
        tablet = Tablet(self.office)
        assert tablet.enrol(self.office.code(login, *scopes)).status_code == 201
        assert tablet.open_session().status_code == 200
        assert tablet.sign_in(login).status_code == 200
        return tablet

    def send(self, tablet: Tablet, login: str, record_type: str, scope: str, data: Any) -> str:
        n = self.pushed[tablet.device] = self.pushed.get(tablet.device, 0) + 1
        ids = self.office.runtime.ids
        change = {
            "change_id": ids.time_ordered(),
            "n": n,
            "record_id": ids.time_ordered(),
            "type": record_type,
            "scope": scope,
            "op": "put",
            "create": True,
            "at": to_wire(self.office.clock.now()),
            "clock_offset_ms": 0,
            "user": self.office.officer_id(login),
            "set": data,
        }
        receipt = next(
            frame for frame in tablet.frames(push=[change]) if frame.get("change_id") == change["change_id"]
        )
        assert receipt["status"] == "applied", receipt
        return str(change["record_id"])


def planning(team: str, first: date, last: date, kind: str = "planned") -> dict[str, str]:
    """Return the fields of the form that plans visits."""
    return {
        "team_id": team,
        "month": str(first.month),
        "window_from": first.isoformat(),
        "window_to": last.isoformat(),
        "inspection_kind": kind,
        "trigger": "annual_plan" if kind == "planned" else "tip_off",
    }


def prepare(folder: Path) -> None:
    """Fill a folder with the prepared office and its facts."""
    clock = MovedClock()
    furnish(settings_of(folder), clock)
    office = SeededOffice(settings_of(folder, webhook_hosts="127.0.0.1 localhost"), clock)
    work = _Preparation(office)
    teams = {"first": work.team("Đội 177", UNITS[0]), "second": work.team("Đội 179", UNITS[1])}
    for login, role, names in (*OFFICERS, *((role, role, ()) for role in EXTRA_ROLES)):
        work.officer(login, role, names)
    first, second = f"team:{teams['first']}", f"team:{teams['second']}"
    units = [f"unit:{unit}" for unit in UNITS]
    tablets = {
        "hoa": work.tablet("hoa", first, units[0], "ref"),
        "em": work.tablet("em", second, units[1], "ref"),
        "binh": work.tablet("binh", *units, "ref"),
    }
    places = []
    for number in range(8):
        unit = UNITS[number % 2]
        login = "hoa" if number % 2 == 0 else "em"
        data = builders.establishment(
            name=f"Cơ sở {number}",
            unit_id=unit,
            record_code=f"AL-T01-26-{number:04}",
            village=f"Thôn {number}",
        )
        places.append(work.send(tablets[login], login, "establishment", f"unit:{unit}", data))
    visits = []
    for number in range(4):
        login, team, unit = (
            ("hoa", teams["first"], UNITS[0]) if number % 2 == 0 else ("em", teams["second"], UNITS[1])
        )
        data = builders.inspection(
            establishment_id=places[number],
            unit_id=unit,
            team_id=team,
            record_code=f"AL-T01-26-01{number:02}",
            minutes_number=f"1{number}/BB-ĐKT178",
            follow_ups={"exit": {"text": "Dọn lối thoát nạn", "due_on": "2026-11-22", "status": "open"}},
        )
        visits.append(work.send(tablets[login], login, "inspection", f"team:{team}", data))
    browsers = {login: open_session(office, login) for login in (PLANNER, *OBSERVERS)}
    planner = browsers[PLANNER]
    items = []
    for number in (0, 1, 2):
        team = teams["first" if number % 2 == 0 else "second"]
        typed = planning(team, date(2026, 11, 1), date(2026, 12, 20 + number))
        _plan(planner, places[number], typed)
    for login in ("hoa", "em"):
        scope = first if login == "hoa" else second
        frames = tablets[login].frames(cursors={scope: 0})
        items += [frame["id"] for frame in frames if frame.get("type") == "plan_item"]
    assert len(items) == 3, items
    for visit in visits[:2]:
        assert planner.decide(visit, "approve", flags="seen").status_code in (303, 409, 422)
    tokens = {login: Feeds(office).token(login) for login in ("dung", "city_viewer", "leader_viewer")}
    request = WebhookSettings("Sở", "http://127.0.0.1:9/in", tuple(EventKind))
    box, hosts = secret_box(office.runtime.keyring), office.settings.private_hosts
    work.write(lambda session: webhooks.add(session, office.context, box, hosts, request))
    planner.confirms()
    quotas = {"number": "12/KH", "seen_rev": "0"}
    planner.post("/plan/2026/quotas", quotas)
    made = planner.post("/reports/new", REPORT)
    assert made.status_code == 303, made.get_data(as_text=True)
    JobWorker(office.runtime, JOB_KINDS).run_waiting()
    settle_if_needed(office.runtime)
    _stay(work, MORNING)
    facts = Facts(
        teams=teams,
        places=tuple(places),
        visits=tuple(visits),
        items=tuple(items),
        sessions={login: _cookie(browser) for login, browser in browsers.items()},
        tokens=tokens,
        devices={login: (tablet.device, tablet.token) for login, tablet in tablets.items()},
        officers={login: office.officer_id(login) for login in (PLANNER, *OBSERVERS)},
        report=made.headers["Location"].rpartition("/")[2],
    )
    office.close()
    facts.write(folder / "facts.json")


def _plan(planner: Browser, place: str, typed: Mapping[str, str]) -> None:
    year = typed["window_from"][:4]
    answer = planner.post(f"/plan/{year}/add", {**typed, "establishment": place})
    assert answer.status_code == 303, answer.get_data(as_text=True)


def _cookie(browser: Browser) -> str:
    cookie = browser.client.get_cookie("field178")
    assert cookie is not None
    return str(cookie.value)


def _stay(work: _Preparation, now: Any) -> None:
    """Confirm every session, so that pages which ask for the password can be observed."""

    def stay(session: Session) -> None:
        for row in session.query(ConsoleSession):
            row.confirmed_until = now + sessions.CONFIRMED

    work.write(stay)
