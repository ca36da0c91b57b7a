"""Operations on accounts and teams of the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.accounts import access_requests, officers, one_time_codes, passkeys, roster, teams
from field178_server.accounts.officers import NewOfficer
from field178_server.accounts.password_link import LinkTarget
from field178_server.audit.office_write import put_record
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import FeedToken, Officer
from field178_server.database.tables.access import KINDS
from field178_server.records import scopes
from field178_server.records.access import oversees
from field178_server.records.batch import Batch
from field178_server.records.stored_record import new_record
from field178_server.security.secret_box import SecretBox
from field178_shared import schemas
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.teams import Team
from field178_shared.time.clock import local_date


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """Request for an account; `agency` None means the focal agency of the day."""

    login: str
    name: str
    role: str
    agency: str | None
    scopes: tuple[str, ...]
    email: str | None = None


def add(
    session: Session,
    context: OperationContext,
    request: AccountRequest,
    team_names: Sequence[str],
    password_hash: str | None,
) -> str:
    """Create an account and return its id; raise AppError(bad_request) with the invalid argument.

    Without a password it is closed, and no tablet sees it, until `open_account`.
    """
    if request.role not in context.lists.roles:
        raise AppError(ErrorCode.BAD_REQUEST, role=request.role)
    if officers.by_login(session, context.tenant_id, request.login) is not None:
        raise AppError(ErrorCode.BAD_REQUEST, login=request.login, problem="taken")
    joined = teams.by_names(session, context.tenant_id, team_names)
    own = set(request.scopes).union(*(team.scopes for team in joined))
    scopes.ensure(session, context.tenant_id, own, context.lists)
    agency = agency_or_focal(context, request.agency)
    new = NewOfficer(request.login, request.name, request.role, agency, "vi", tuple(sorted(own)))
    officer = officers.add(session, context.tenant_id, context.ids.time_ordered(), new, context.now())
    officer.password_hash, officer.email = password_hash, request.email
    if password_hash is not None:
        roster.list_officer(session, context, officer, joined)
    else:
        officer.disabled_at = context.now()
    context.note(session, AuditEntry("officer_added", officer.officer_id, details={"role": request.role}))
    return officer.officer_id


def set_password(session: Session, context: OperationContext, login: str, password_hash: str) -> str:
    """Replace a password and return the officer's id."""
    officer = officers.by_login_or_id(session, context.tenant_id, login)
    officers.set_password(session, officer, password_hash)
    context.note(session, AuditEntry("password_set", officer.officer_id))
    return officer.officer_id


def require_overseer(session: Session, context: OperationContext, officer: Officer, role: str = "") -> None:
    """Refuse to close the last account of oversight, or to give it another `role`.

    One administrator would be told on nobody's first page. The operator of the server may.
    AppError(last_overseer).
    """
    if is_overseer(officer, context.lists) and not oversees(role, context.lists):
        require_other_overseer(session, context, officer.officer_id)


def require_other_overseer(session: Session, context: OperationContext, officer_id: str) -> None:
    """Require another account of oversight: AppError(last_overseer). The operator needs none."""
    own = {officer.officer_id for officer in overseers(session, context.tenant_id, context.lists)}
    if context.actor.kind == "officer" and not own - {officer_id}:
        raise AppError(ErrorCode.LAST_OVERSEER, officer=officer_id)


def overseers(session: Session, tenant_id: str, lists: CodeLists) -> list[Officer]:
    """Return the officers of oversight who confirm what gives access.

    Not those without a password, nor those whose password or rights an administrator put into effect alone.
    """
    without_second = access_requests.in_force_alone(session, tenant_id)
    return [
        officer
        for officer in officers.everyone(session, tenant_id)
        if is_overseer(officer, lists)
        and officer.password_hash is not None
        and officer.officer_id not in without_second
    ]


def is_overseer(officer: Officer, lists: CodeLists) -> bool:
    """Return whether an officer has an open account and a role of oversight."""
    return officer.disabled_at is None and oversees(officer.role, lists)


def disable(session: Session, context: OperationContext, login: str) -> str:
    """Disable an account and return the officer's id."""
    officer = officers.by_login_or_id(session, context.tenant_id, login)
    require_overseer(session, context, officer)
    officers.disable(session, officer, context.now())
    access_requests.withdraw_open(session, context, officer.officer_id, KINDS)
    access_requests.withdraw_asked_by(session, context, officer.officer_id)
    _forget_acceptances(session, context, officer)
    roster.unlist_officer(session, context, officer)
    context.note(session, AuditEntry("officer_disabled", officer.officer_id))
    return officer.officer_id


def _forget_acceptances(session: Session, context: OperationContext, officer: Officer) -> None:
    """Let the data tokens of a closed account wait again: who opens it anew accepts its own."""
    accepted = select(FeedToken).where(
        FeedToken.tenant_id == context.tenant_id,
        FeedToken.officer_id == officer.officer_id,
        FeedToken.accepted_at.is_not(None),
        FeedToken.revoked_at.is_(None),
    )
    for token in session.scalars(accepted):
        token.accepted_at = None
        context.note(session, AuditEntry("feed_token_closed", token.token_id))


@dataclass(frozen=True, slots=True)
class AccountChange:
    """New values of an account, from the form of the administrator."""

    name: str
    role: str
    agency: str
    team_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    email: str | None = None


def change(session: Session, context: OperationContext, officer_id: str, request: AccountChange) -> None:
    """Change an account with its person and team records for tablets; rights change at once."""
    officer = officers.by_login_or_id(session, context.tenant_id, officer_id)
    if request.role not in context.lists.roles:
        raise AppError(ErrorCode.BAD_REQUEST, role=request.role)
    before = officers.scopes_of(session, context.tenant_id, officer_id)
    requested_teams = teams.by_names(session, context.tenant_id, request.team_ids)
    joined = [team for team in requested_teams if team.scope not in before]
    kept = {team.id for team in requested_teams}
    left = [
        team
        for team in teams.everyone(session, context.tenant_id)
        if team.scope in before and team.id not in kept
    ]
    own = {f"unit:{unit}" for unit in request.unit_ids}.union(*(team.scopes for team in requested_teams))
    scopes.ensure(session, context.tenant_id, own, context.lists)
    if request.role != officer.role:
        require_overseer(session, context, officer, request.role)
        # Before the change: what an administrator asked for is not confirmed once the role is another.
        access_requests.withdraw_asked_by(session, context, officer_id)
    is_renamed = request.name != officer.name
    officer.name, officer.role, officer.agency = request.name, request.role, request.agency
    officer.email = request.email
    officers.set_scopes(session, officer, own)
    if officer.disabled_at is None:
        roster.list_officer(session, context, officer, joined)
    # Of a closed account too: a membership that stays would give its team back after the account opens.
    roster.leave(session, context, officer, left)
    context.note(
        session,
        AuditEntry(
            "officer_changed",
            officer_id,
            details={"role": request.role, "agency": request.agency, "renamed": int(is_renamed)},
        ),
    )


def open_account(
    session: Session, context: OperationContext, officer_id: str, password_hash: str | None
) -> None:
    """Open a closed account with this password; None: its officer chooses one by a link."""
    officer = officers.by_login_or_id(session, context.tenant_id, officer_id)
    own = officers.scopes_of(session, context.tenant_id, officer_id)
    joined = [
        team
        for team in teams.everyone(session, context.tenant_id)
        if team.scope in own and officer_id not in team.members
    ]
    officer.disabled_at = None
    officers.set_password(session, officer, password_hash)
    roster.list_officer(session, context, officer, joined)
    context.note(session, AuditEntry("officer_reopened", officer_id))


def choose_password(
    session: Session, context: OperationContext, target: LinkTarget, password_hash: str
) -> None:
    """Store the password that the officer chose by a link; the link is invalid from then on.

    If a request is open, the password waits with it; the present one stays in force.
    """
    (target.request or target.officer).password_hash = password_hash
    session.flush()
    context.note(session, AuditEntry("password_chosen", target.officer.officer_id))


def drop_one_time_codes(session: Session, context: OperationContext, officer_id: str) -> None:
    """Drop one-time codes and passkeys of an officer, for instance after the telephone was lost."""
    officer = officers.by_login_or_id(session, context.tenant_id, officer_id)
    officer.totp_secret = None
    passkeys.remove_all(session, officer)
    context.note(session, AuditEntry("totp_dropped", officer_id))


def require_one_time_codes(
    session: Session, context: OperationContext, box: SecretBox, login: str, secret: str
) -> Officer:
    """Require one-time codes of an officer from the next sign-in; sessions end."""
    officer = officers.by_login_or_id(session, context.tenant_id, login)
    officer.totp_secret = one_time_codes.sealed(box, officer.officer_id, secret)
    officer.totp_step = 0
    officers.end_sessions(session, officer)
    context.note(session, AuditEntry("totp_set", officer.officer_id))
    return officer


def agency_or_focal(context: OperationContext, agency: str | None) -> str:
    """Return the requested agency, or the focal agency; raise AppError if it does not exist today."""
    today = local_date(context.now())
    focal = context.lists.focal_agency_on(today)
    chosen = agency or (focal.id if focal else "")
    if chosen not in context.lists.agencies.on(today):
        raise AppError(ErrorCode.BAD_REQUEST, agency=chosen)
    return chosen


@dataclass(frozen=True, slots=True)
class TeamRequest:
    """Request for a team; `decision`: the fields of the team's record about its decision."""

    name: str
    unit_ids: tuple[str, ...]
    level: str
    standing_agency: str
    decision: Data = field(default_factory=dict)


def add_team(session: Session, context: OperationContext, request: TeamRequest) -> Team:
    """Create a team with its own scope; raise AppError(bad_request) with the invalid argument."""
    if any(team.name == request.name for team in teams.everyone(session, context.tenant_id)):
        raise AppError(ErrorCode.BAD_REQUEST, team=request.name, problem="taken")
    data: Data = {
        "name": request.name,
        "level": request.level,
        "unit_ids": list(dict.fromkeys(request.unit_ids)),
        "standing_agency": request.standing_agency,
        "members": {},
        **request.decision,
    }
    if problems := schemas.validate(RecordType.TEAM, data):
        raise AppError(ErrorCode.BAD_REQUEST, **{path: ",".join(codes) for path, codes in problems.items()})
    made = Team.from_data(context.ids.random(), data)
    scopes.ensure(session, context.tenant_id, made.scopes, context.lists)
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    put_record(batch, context, new_record(made.id, RecordType.TEAM, made.scope, data))
    batch.flush()
    context.note(session, AuditEntry("team_added", made.id, made.scope))
    return made
