"""Accounts, rights and memberships: what gives access waits as a request, what takes it away does not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from field178_server.accounts import access_requests, officers, teams
from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountChange, AccountRequest
from field178_server.audit.operation_context import OperationContext
from field178_server.database.tables.access import ACCOUNT, MEMBERSHIP, RIGHTS, AccessRequest
from field178_server.database.tables.account import Officer
from field178_server.office.reminders import access_notices
from field178_server.office.teams import operations as team_operations
from field178_server.office.teams.operations import SeenTeam, entry_of
from field178_server.records.access import gains_access
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.reading import text_of
from field178_shared.records.teams import Membership


@dataclass(frozen=True, slots=True)
class RequestedRights:
    """Role of a request, the role that it replaces, teams and communes; none of both: the whole area."""

    role: str
    role_before: str
    team_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]

    @classmethod
    def read(cls, request: AccessRequest) -> RequestedRights:
        """Read the details of a request for an account or for rights."""
        data = json.loads(request.details)
        return cls(data["role"], data["role_before"], tuple(data["team_ids"]), tuple(data["unit_ids"]))

    def to_json(self) -> str:
        """Return the details as stored."""
        return json.dumps(
            {
                "role": self.role,
                "role_before": self.role_before,
                "team_ids": sorted(self.team_ids),
                "unit_ids": sorted(self.unit_ids),
            }
        )


@dataclass(frozen=True, slots=True)
class RequestedMembership:
    """Membership of a request, and its team."""

    team_id: str
    membership: Membership

    @classmethod
    def read(cls, request: AccessRequest) -> RequestedMembership:
        """Read the details of a request for a membership."""
        data = json.loads(request.details)
        return cls(text_of(data, "team_id"), Membership.from_data(data["entry"]))


def team_ids_of(request: AccessRequest) -> tuple[str, ...]:
    """Return the ids of the teams that a request gives."""
    if request.kind == MEMBERSHIP:
        return (RequestedMembership.read(request).team_id,)
    return RequestedRights.read(request).team_ids if request.kind in (ACCOUNT, RIGHTS) else ()


def unit_ids_of(request: AccessRequest) -> tuple[str, ...]:
    """Return the ids of the communes that a request names; those of its teams are not named in all."""
    return RequestedRights.read(request).unit_ids if request.kind in (ACCOUNT, RIGHTS) else ()


def add_account(
    session: Session,
    context: OperationContext,
    request: AccountRequest,
    team_names: Sequence[str],
    *,
    by_mail: bool,
) -> str:
    """Create a closed account without a password; a second person opens it.

    Whatever its role: a password of an account that reads nothing would stay when it is given more.
    """
    officer_id = accounts.add(session, context, request, team_names, None)
    ask_account(session, context, officer_id, by_mail=by_mail)
    return officer_id


def ask_account(session: Session, context: OperationContext, officer_id: str, *, by_mail: bool) -> None:
    """Request that a closed account is opened, with another password and the rights that it has now."""
    officer = officers.by_login_or_id(session, context.tenant_id, officer_id)
    details = _present_rights(session, officer).to_json()
    _ask(session, context, officer_id, ACCOUNT, details, by_mail=by_mail)


def change_account(
    session: Session, context: OperationContext, officer_id: str, change: AccountChange, *, by_mail: bool
) -> bool:
    """Change an account; return whether rights wait for a second person.

    What is taken away goes at once, also if something else is given; a closed account changes at once.
    """
    officer = officers.by_login_or_id(session, context.tenant_id, officer_id)
    present = _present_rights(session, officer)
    requested = RequestedRights(change.role, officer.role, change.team_ids, change.unit_ids)
    if change.role not in context.lists.roles:
        raise AppError(ErrorCode.BAD_REQUEST, role=change.role)
    if officer.disabled_at is not None or not _gains(session, context, present, requested):
        if requested.to_json() != present.to_json():
            access_requests.withdraw_open(session, context, officer_id, (RIGHTS,))
        _change(session, context, officer, change, by_mail=by_mail)
        return False
    kept = replace(
        requested,
        role=officer.role,
        team_ids=tuple(team for team in change.team_ids if team in present.team_ids),
        unit_ids=tuple(unit for unit in change.unit_ids if unit in present.unit_ids),
    )
    # Without any scope most roles have the whole area: then nothing is taken away.
    kept = present if _gains(session, context, present, kept) else kept
    own = replace(change, role=officer.role, team_ids=kept.team_ids, unit_ids=kept.unit_ids)
    accounts.change(session, context, officer_id, own)
    _ask(session, context, officer_id, RIGHTS, requested.to_json(), by_mail=by_mail)
    return True


def set_member(
    session: Session,
    context: OperationContext,
    seen: SeenTeam,
    officer_id: str,
    membership: Membership,
    *,
    by_mail: bool,
) -> bool:
    """Set a membership; return whether it waits, because it gives the officer the scopes of the team."""
    if not team_operations.gives_access(session, context, seen, officer_id, membership):
        team_operations.set_member(session, context, seen, officer_id, membership)
        return False
    details = json.dumps({"team_id": seen.team_id, "entry": entry_of(membership)})
    _ask(session, context, officer_id, MEMBERSHIP, details, by_mail=by_mail)
    return True


def close_account(session: Session, context: OperationContext, login: str, *, by_mail: bool) -> str:
    """Close an account by login or id, and return its id; oversight is notified of one of its own."""
    officer = officers.by_login_or_id(session, context.tenant_id, login)
    was_overseer = accounts.is_overseer(officer, context.lists)
    accounts.disable(session, context, officer.officer_id)
    if was_overseer:
        access_notices.notify_of_left_overseer(session, context, officer, by_mail=by_mail)
    return officer.officer_id


def open_account(session: Session, context: OperationContext, request: AccessRequest) -> None:
    """Open the account of a request; AppError(revision_changed) if its rights are others than requested."""
    officer = officers.by_login_or_id(session, context.tenant_id, request.officer_id)
    if officer.disabled_at is None or _present_rights(session, officer).to_json() != request.details:
        raise AppError(ErrorCode.REVISION_CHANGED, request=request.request_id)
    accounts.open_account(session, context, request.officer_id, request.password_hash)


def give_rights(session: Session, context: OperationContext, request: AccessRequest) -> None:
    """Add the rights of a request to those that the account has now."""
    officer = officers.by_login_or_id(session, context.tenant_id, request.officer_id)
    requested, present = RequestedRights.read(request), _present_rights(session, officer)
    if officer.disabled_at is not None or officer.role != requested.role_before:
        raise AppError(ErrorCode.REVISION_CHANGED, request=request.request_id)
    is_whole = not requested.team_ids and not requested.unit_ids
    added = AccountChange(
        officer.name,
        requested.role,
        officer.agency,
        () if is_whole else tuple({*present.team_ids, *requested.team_ids}),
        () if is_whole else tuple({*present.unit_ids, *requested.unit_ids}),
        officer.email,
    )
    # Without e-mail: two people agreed, or everybody is sent one about the request.
    _change(session, context, officer, added, by_mail=False)


def join_team(session: Session, context: OperationContext, request: AccessRequest) -> None:
    """Write the membership of a request into the team as it is now."""
    requested = RequestedMembership.read(request)
    seen = SeenTeam(requested.team_id, team_operations.revision_of(session, context, requested.team_id))
    team_operations.set_member(session, context, seen, request.officer_id, requested.membership)


def _ask(
    session: Session, context: OperationContext, officer_id: str, kind: str, details: str, *, by_mail: bool
) -> None:
    request = access_requests.ask(session, context, officer_id, kind, details)
    access_notices.notify_of_request(session, context, request, by_mail=by_mail)


def _change(
    session: Session, context: OperationContext, officer: Officer, change: AccountChange, *, by_mail: bool
) -> None:
    """Change an account; oversight is notified of one of its own that has another role."""
    was_overseer = accounts.is_overseer(officer, context.lists)
    accounts.change(session, context, officer.officer_id, change)
    if was_overseer and not accounts.is_overseer(officer, context.lists):
        access_notices.notify_of_left_overseer(session, context, officer, by_mail=by_mail)


def _present_rights(session: Session, officer: Officer) -> RequestedRights:
    named: dict[str, list[str]] = {"team": [], "unit": []}
    for scope in sorted(officers.scopes_of(session, officer.tenant_id, officer.officer_id)):
        kind, _, name = scope.partition(":")
        named.setdefault(kind, []).append(name)
    return RequestedRights(officer.role, officer.role, tuple(named["team"]), tuple(named["unit"]))


def _gains(
    session: Session, context: OperationContext, present: RequestedRights, requested: RequestedRights
) -> bool:
    before = _scopes_of(session, context, present)
    return gains_access(
        (present.role, before), (requested.role, _scopes_of(session, context, requested)), context.lists
    )


def _scopes_of(session: Session, context: OperationContext, rights: RequestedRights) -> set[str]:
    own_teams = teams.by_names(session, context.tenant_id, rights.team_ids)
    return {f"unit:{unit}" for unit in rights.unit_ids}.union(*(team.scopes for team in own_teams))
