"""Fills an empty store with the demo's district, through the services that tablets and office use."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest, TeamRequest
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Device
from field178_server.database.unit_of_work import run_write
from field178_server.demo.expand import DemoTeam, expand, expand_newest
from field178_server.demo.plan import DECISION, POSITIONS, plan_visits, tell_days
from field178_server.demo.reports import enter_reports
from field178_server.demo.year import DemoTablet, OfficeYear, YearClock
from field178_server.devices import enrolment
from field178_server.devices.enrolment import Claim
from field178_server.office.tablets import own_tablets
from field178_server.records import scopes
from field178_server.replication.policy.record_validation import TypeRules
from field178_shared.records.teams import PLAIN_MEMBER, Team
from field178_shared.time.clock import VIETNAM, local_date

TEAM_NAME = "Đội kiểm tra liên ngành 178 huyện An Lão (giả lập)"
AREA = "an_lao_area_2024"
FIELD_ROLES = frozenset({"team_lead", "inspector"})
FIRST_DAY = datetime(2024, 1, 5, 8, tzinfo=VIETNAM)

Dataset = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DemoStore:
    """The store to fill and what its services work with."""

    engine: Engine
    context: OperationContext
    rules: TypeRules


@dataclass(frozen=True, slots=True)
class Seeded:
    """Result of seeding, as the demo's script needs it."""

    team: Team
    leader: str
    reviewer: str
    records: int
    approved: int


def seed(
    store: DemoStore,
    dataset: Dataset,
    password_hash: str,
    waiting: int = 0,
    *,
    has_newest: bool = False,
) -> Seeded:
    """Fill the store, approved but for the last records, of which so many wait for review.

    Everything happens at its time, from the first working day of the year on. `has_newest`: also what was
    filed since the year ended, which the office is at work on, and the plan and reports of the year. Every
    account gets the same password.
    """
    clock = YearClock(store.context.clock, FIRST_DAY)
    context = replace(store.context, clock=clock)
    units = tuple(unit.id for unit in context.lists.members_of(AREA))
    wanted = TeamRequest(TEAM_NAME, units, "district", "dist_labour_office", DECISION)
    team = run_write(store.engine, lambda session: accounts.add_team(session, context, wanted))
    ids = run_write(store.engine, lambda session: _add_officers(session, context, dataset, password_hash))
    positions = {
        ids[login]: POSITIONS.get(login, PLAIN_MEMBER)
        for login, role in _logins(dataset)
        if role in FIELD_ROLES
    }
    tell_days(store.engine, context, team, positions)
    field_officers = [ids[login] for login, role in _logins(dataset) if role in FIELD_ROLES]
    device = run_write(store.engine, lambda session: _enrol(session, context, team, "gl01"))
    filing = DemoTeam(team.id, tuple(field_officers))
    records = list(expand(dataset, context.lists, filing))
    year = OfficeYear(store.engine, context, clock, store.rules, DemoTablet(device, ids["gl01"]))
    approved = year.play(records, ids["gl07"], waiting)
    if has_newest:
        today = local_date(store.context.now())
        year.play_newest(expand_newest(dataset, context.lists, filing, today), ids["gl07"])
    run_write(store.engine, lambda session: _see(session, store.context, device))
    plan_visits(store.engine, store.context, team, ids["gl07"], records if has_newest else ())
    if has_newest:
        enter_reports(store.engine, store.context, ids["gl07"])
    return Seeded(team, "gl01", "gl07", len(records), approved)


def _logins(dataset: Dataset) -> Iterator[tuple[str, str]]:
    for row in _officers(dataset):
        yield _login(row), str(row["role"])


def _add_officers(
    session: Session, context: OperationContext, dataset: Dataset, password_hash: str
) -> dict[str, str]:
    ids = {}
    for row in _officers(dataset):
        role, unit = str(row["role"]), row.get("unit")
        own = (f"unit:{unit}",) if unit else ()
        wanted = AccountRequest(_login(row), str(row["display_name"]), role, str(row["agency"]), own)
        teams = (TEAM_NAME,) if role in FIELD_ROLES else ()
        ids[wanted.login] = accounts.add(session, context, wanted, teams, password_hash)
    return ids


def _enrol(session: Session, context: OperationContext, team: Team, login: str) -> str:
    """Enrol the tablet on which last year's records were written; its officer knows of it."""
    officer = officers.by_login_or_id(session, context.tenant_id, login)
    code = "0000000000000178"
    enrolment.issue(session, context, officer, code, {scopes.REF: None} | {one: one for one in team.scopes})
    key = Ed25519PrivateKey.generate()
    public = _unpadded(key.public_key().public_bytes_raw())
    signature = _unpadded(key.sign(f"field178-enrol-v1|{code}|{public}".encode()))
    enrolled = enrolment.enrol(session, context, Claim(code, public, "Máy năm 2024 (giả lập)", signature))
    device = session.get_one(Device, (context.tenant_id, enrolled.device_id))
    enrolment.bind_officer(session, context, device, officer)
    own_tablets.confirm(session, context, officer.officer_id, device.device_id)
    return device.device_id


def _see(session: Session, context: OperationContext, device_id: str) -> None:
    """Note that the tablet was there today: one that is silent for a year would stand out."""
    session.get_one(Device, (context.tenant_id, device_id)).last_seen_at = context.now()


def _officers(dataset: Dataset) -> list[Mapping[str, object]]:
    found = dataset["officers"]
    assert isinstance(found, list)
    return found


def _login(row: Mapping[str, object]) -> str:
    return str(row["id"]).replace("gl_user_", "gl")


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
