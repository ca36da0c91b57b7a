"""Seeding of an empty store with the demo's accounts and records, by the operations of tablets and office."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator, Mapping
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
from field178_server.demo.plan import (
    DECISION,
    POSITIONS,
    SECOND_DECISION,
    SECOND_POSITIONS,
    plan_visits,
    write_positions,
)
from field178_server.demo.reports import enter_reports
from field178_server.demo.year import DemoTablet, OfficeYear, YearClock
from field178_server.devices import enrolment
from field178_server.devices.enrolment import Claim
from field178_server.office.tablets import own_tablets
from field178_server.records import scopes
from field178_server.records.sealed_visits import Keys
from field178_server.replication.policy.record_validation import TypeRules
from field178_shared.records.teams import PLAIN_MEMBER, Team
from field178_shared.time.clock import VIETNAM, local_date

TEAM_NAME = "Đội kiểm tra liên ngành 178 huyện An Lão (giả lập)"
SECOND_TEAM_NAME = "Tổ 2, Đội kiểm tra liên ngành 178 huyện An Lão (giả lập)"
SECOND_UNITS = ("c11656_v1", "c11659_v1", "c11662_v1", "c11665_v1")
AREA = "an_lao_area_2024"
FIELD_ROLES = frozenset({"team_lead", "inspector"})
FIRST_DAY = datetime(2024, 1, 5, 8, tzinfo=VIETNAM)

_LABELS = {"gl01": "Máy năm 2024 (giả lập)", "gl04": "Máy tổ 2 năm 2024 (giả lập)"}

Dataset = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DemoStore:
    """The store to fill, with operation context and rules.

    Without `plan_keys` no visit is planned unannounced.
    """

    engine: Engine
    context: OperationContext
    rules: TypeRules
    plan_keys: Keys = ()


@dataclass(frozen=True, slots=True)
class Seeded:
    """Result of seeding: team, logins of leader and reviewer, counts of records."""

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
    """Fill the store; the records are approved except the last `waiting` ones.

    Each operation runs at its simulated time, from the first working day of the year. `has_newest`: includes
    newer records under review, a second team, and the plan and reports of the year. All accounts have the
    same password.
    """
    clock = YearClock(store.context.clock, FIRST_DAY)
    context = replace(store.context, clock=clock)
    units = tuple(unit.id for unit in context.lists.members_of(AREA))
    request = TeamRequest(TEAM_NAME, units, "district", "dist_labour_office", DECISION)
    team = run_write(store.engine, lambda session: accounts.add_team(session, context, request))
    apart = SECOND_POSITIONS if has_newest else {}
    second = _add_second(store.engine, context) if has_newest else None
    ids = run_write(
        store.engine, lambda session: _add_officers(session, context, dataset, password_hash, apart)
    )
    fielded = [login for login, role in _logins(dataset) if role in FIELD_ROLES]
    own = [login for login in fielded if login not in apart]
    write_positions(
        store.engine, context, team, {ids[login]: POSITIONS.get(login, PLAIN_MEMBER) for login in own}
    )
    device = run_write(store.engine, lambda session: _enrol(session, context, team, "gl01"))
    filing, others = DemoTeam(team.id, tuple(ids[login] for login in own)), dict[str, DemoTablet]()
    if second is not None:
        filing, others = _with_second(store.engine, context, filing, second, ids)
    records = list(expand(dataset, context.lists, filing))
    year = OfficeYear(store.engine, context, clock, store.rules, DemoTablet(device, ids["gl01"]), others)
    approved = year.play(records, ids["gl07"], waiting)
    if has_newest:
        today = local_date(store.context.now())
        year.play_newest(expand_newest(dataset, context.lists, filing, today), ids["gl07"])
    devices = [device, *(tablet.device_id for tablet in others.values())]
    run_write(store.engine, lambda session: _see(session, store.context, devices))
    plan_visits(
        store.engine, store.context, store.plan_keys, team, ids["gl07"], records if has_newest else ()
    )
    if has_newest:
        enter_reports(store.engine, store.context, ids["gl07"])
    return Seeded(team, "gl01", "gl07", len(records), approved)


def _add_second(engine: Engine, context: OperationContext) -> Team:
    """Add the second team, which visits some of the communes."""
    request = TeamRequest(SECOND_TEAM_NAME, SECOND_UNITS, "district", "dist_labour_office", SECOND_DECISION)
    return run_write(engine, lambda session: accounts.add_team(session, context, request))


def _with_second(
    engine: Engine, context: OperationContext, first: DemoTeam, second: Team, ids: Mapping[str, str]
) -> tuple[DemoTeam, dict[str, DemoTablet]]:
    """Return the first team with the second beside it, and {scope: tablet} of the second team."""
    write_positions(
        engine, context, second, {ids[login]: position for login, position in SECOND_POSITIONS.items()}
    )
    device = run_write(engine, lambda session: _enrol(session, context, second, "gl04"))
    members = DemoTeam(second.id, tuple(ids[login] for login in SECOND_POSITIONS))
    beside = dict.fromkeys(second.unit_ids, members)
    return replace(first, beside=beside), {second.scope: DemoTablet(device, ids["gl04"])}


def _logins(dataset: Dataset) -> Iterator[tuple[str, str]]:
    for row in _officers(dataset):
        yield _login(row), str(row["role"])


def _add_officers(
    session: Session,
    context: OperationContext,
    dataset: Dataset,
    password_hash: str,
    apart: Collection[str],
) -> dict[str, str]:
    """Add all officers and return {login: id}; logins in `apart` belong to the second team."""
    ids = {}
    for row in _officers(dataset):
        role, unit = str(row["role"]), row.get("unit")
        own = (f"unit:{unit}",) if unit else ()
        request = AccountRequest(_login(row), str(row["display_name"]), role, str(row["agency"]), own)
        team = SECOND_TEAM_NAME if request.login in apart else TEAM_NAME
        teams = (team,) if role in FIELD_ROLES else ()
        ids[request.login] = accounts.add(session, context, request, teams, password_hash)
    return ids


def _enrol(session: Session, context: OperationContext, team: Team, login: str) -> str:
    """Enrol a team's tablet, confirmed by its officer; return the device id."""
    officer = officers.by_login_or_id(session, context.tenant_id, login)
    code = f"00000000000{login[2:]}178"
    enrolment.issue(
        session, context, officer, code, {scopes.REF: None} | {scope: scope for scope in team.scopes}
    )
    key = Ed25519PrivateKey.generate()
    public = _unpadded(key.public_key().public_bytes_raw())
    signature = _unpadded(key.sign(f"field178-enrol-v1|{code}|{public}".encode()))
    enrolled = enrolment.enrol(session, context, Claim(code, public, _LABELS[login], signature))
    device = session.get_one(Device, (context.tenant_id, enrolled.device_id))
    enrolment.bind_officer(session, context, device, officer)
    own_tablets.confirm(session, context, officer.officer_id, device.device_id)
    return device.device_id


def _see(session: Session, context: OperationContext, devices: Collection[str]) -> None:
    """Set the last contact of tablets to today, so that they are not reported as silent."""
    for device_id in devices:
        session.get_one(Device, (context.tenant_id, device_id)).last_seen_at = context.now()


def _officers(dataset: Dataset) -> list[Mapping[str, object]]:
    rows = dataset["officers"]
    assert isinstance(rows, list)
    return rows


def _login(row: Mapping[str, object]) -> str:
    return str(row["id"]).replace("gl_user_", "gl")


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
