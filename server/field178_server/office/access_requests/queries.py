"""Queries of access requests: open ones, those decided lately, and who may confirm."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers, teams
from field178_server.accounts.operations import overseers
from field178_server.database.models import Officer
from field178_server.database.tables.access import PASSWORD, AccessRequest
from field178_server.office.access_requests.rights import team_ids_of, unit_ids_of
from field178_shared.codelists import CodeLists
from field178_shared.records.teams import Team

_SHOWN_FOR, _MOST_SHOWN = timedelta(days=90), 50


@dataclass(frozen=True, slots=True)
class RequestOfOfficer:
    """A request with its officer and teams, and who asked and decided, with the login; "": the operator."""

    request: AccessRequest
    officer: Officer
    teams: tuple[Team, ...]
    asker: str
    decider: str

    @property
    def unit_ids(self) -> frozenset[str]:
        """The communes that the request gives, those of its teams as they are now included."""
        return frozenset(unit_ids_of(self.request)).union(*(team.unit_ids for team in self.teams))

    @property
    def fingerprint(self) -> str:
        """Digest of what a second person reads about the request, to detect changes before the decision."""
        officer, request = self.officer, self.request
        own_teams = [(team.name, sorted(team.unit_ids)) for team in self.teams]
        read = officer.name, officer.login, officer.role, officer.agency, officer.email, request.details
        return hashlib.sha256(repr((read, own_teams)).encode()).hexdigest()[:16]


def open_requests(session: Session, tenant_id: str) -> list[RequestOfOfficer]:
    """Return the open requests, oldest first."""
    query = select(AccessRequest).where(
        AccessRequest.tenant_id == tenant_id, AccessRequest.decided_at.is_(None)
    )
    return _with_officers(session, tenant_id, session.scalars(query.order_by(AccessRequest.request_id)).all())


def open_passwords_of(session: Session, tenant_id: str, officer_id: str) -> list[RequestOfOfficer]:
    """Return the open requests for another password of an officer."""
    return [row for row in open_requests(session, tenant_id) if _is_password_of(row.request, officer_id)]


def decided_requests(session: Session, tenant_id: str, now: datetime) -> list[RequestOfOfficer]:
    """Return the requests decided in the last 90 days, latest first, at most 50."""
    query = select(AccessRequest).where(
        AccessRequest.tenant_id == tenant_id, AccessRequest.decided_at > now - _SHOWN_FOR
    )
    latest = query.order_by(AccessRequest.decided_at.desc(), AccessRequest.request_id).limit(_MOST_SHOWN)
    return _with_officers(session, tenant_id, session.scalars(latest).all())


def find_request(session: Session, tenant_id: str, request_id: str) -> RequestOfOfficer | None:
    """Return a request, open or decided."""
    request = session.get(AccessRequest, (tenant_id, request_id))
    return None if request is None else _with_officers(session, tenant_id, [request])[0]


def count_open(session: Session, tenant_id: str) -> int:
    """Return the number of open requests."""
    query = select(func.count()).where(
        AccessRequest.tenant_id == tenant_id, AccessRequest.decided_at.is_(None)
    )
    return session.scalar(query) or 0


def confirmers_of(session: Session, tenant_id: str, request: AccessRequest, lists: CodeLists) -> set[str]:
    """Return the ids of the officers who may confirm a request."""
    return other_overseers(session, tenant_id, request, lists) - {request.asked_by}


def other_overseers(session: Session, tenant_id: str, request: AccessRequest, lists: CodeLists) -> set[str]:
    """Return the ids of the officers of oversight without the officer of a request."""
    everyone = {officer.officer_id for officer in overseers(session, tenant_id, lists)}
    return everyone - {request.officer_id}


def _is_password_of(request: AccessRequest, officer_id: str) -> bool:
    return request.kind == PASSWORD and request.officer_id == officer_id


def _with_officers(
    session: Session, tenant_id: str, requests: Sequence[AccessRequest]
) -> list[RequestOfOfficer]:
    everyone = officers.everyone(session, tenant_id) if requests else []
    by_id = {officer.officer_id: officer for officer in everyone}
    named = {request.request_id: frozenset(team_ids_of(request)) for request in requests}
    all_teams = teams.everyone(session, tenant_id) if any(named.values()) else []

    def name(officer_id: str | None) -> str:
        return by_id[officer_id].name_and_login if officer_id in by_id else ""

    return [
        RequestOfOfficer(
            request,
            by_id[request.officer_id],
            tuple(team for team in all_teams if team.id in named[request.request_id]),
            name(request.asked_by),
            name(request.decided_by),
        )
        for request in requests
    ]
