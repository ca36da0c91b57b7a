"""Officers: accounts of people who use tablets and the console."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from field178_server.database.models import ConsoleSession, Officer, OfficerScope
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class OfficerContext:
    """An officer as the rest of the server sees one; `scopes` limits where one may look."""

    tenant_id: str
    id: str
    login: str
    name: str
    agency: str
    role: str
    language: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Stored credentials of an officer, for a sign-in."""

    officer_id: str
    password_hash: str | None
    totp_secret: str | None
    totp_step: int


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """An account about to be made."""

    login: str
    name: str
    role: str
    agency: str
    language: str
    scopes: tuple[str, ...]


def add(session: Session, tenant_id: str, officer_id: str, new: NewOfficer, created_at: datetime) -> Officer:
    """Make an account that cannot sign in until it has a password; the login MUST be free."""
    officer = Officer(
        tenant_id=tenant_id,
        officer_id=officer_id,
        login=new.login,
        name=new.name,
        agency=new.agency,
        role=new.role,
        language=new.language,
        created_at=created_at,
    )
    session.add(officer)
    session.flush()
    for scope in sorted(set(new.scopes)):
        session.add(OfficerScope(tenant_id=tenant_id, officer_id=officer_id, scope=scope))
    session.flush()
    return officer


def is_login(text: str) -> bool:
    """Tell whether a text can be a login: a-z 0-9 . _ -, at most 64."""
    return _LOGIN.fullmatch(text) is not None


def by_login(session: Session, tenant_id: str, login: str) -> Officer | None:
    """Return the officer of a login, disabled ones too."""
    return session.scalar(select(Officer).where(Officer.tenant_id == tenant_id, Officer.login == login))


def by_login_or_id(session: Session, tenant_id: str, name: str) -> Officer:
    """Return the officer named by login or id, or raise AppError(not_found)."""
    officer = by_login(session, tenant_id, name) or session.get(Officer, (tenant_id, name))
    if officer is None:
        raise AppError(ErrorCode.NOT_FOUND, officer=name)
    return officer


def everyone(session: Session, tenant_id: str) -> list[Officer]:
    """Return all officers by login."""
    return list(
        session.scalars(select(Officer).where(Officer.tenant_id == tenant_id).order_by(Officer.login))
    )


def scopes_of(session: Session, tenant_id: str, officer_id: str) -> frozenset[str]:
    """Return the scopes an officer belongs to."""
    rows = session.scalars(
        select(OfficerScope.scope).where(
            OfficerScope.tenant_id == tenant_id, OfficerScope.officer_id == officer_id
        )
    )
    return frozenset(rows)


def all_scopes(session: Session, tenant_id: str) -> dict[str, list[str]]:
    """Return the scopes of every officer that belongs to any, by officer."""
    query = select(OfficerScope.officer_id, OfficerScope.scope).where(OfficerScope.tenant_id == tenant_id)
    found: dict[str, list[str]] = {}
    for officer_id, scope in session.execute(query.order_by(OfficerScope.scope)):
        found.setdefault(officer_id, []).append(scope)
    return found


def set_scopes(session: Session, officer: Officer, wanted: Collection[str]) -> None:
    """Replace the scopes an officer belongs to; their rows MUST exist."""
    own = (OfficerScope.tenant_id == officer.tenant_id, OfficerScope.officer_id == officer.officer_id)
    known = scopes_of(session, officer.tenant_id, officer.officer_id)
    session.execute(delete(OfficerScope).where(*own, OfficerScope.scope.in_(sorted(known - set(wanted)))))
    for scope in sorted(set(wanted) - known):
        session.add(OfficerScope(tenant_id=officer.tenant_id, officer_id=officer.officer_id, scope=scope))
    session.flush()


def context_of(session: Session, officer: Officer) -> OfficerContext:
    """Return the officer with the scopes of the moment."""
    return context_within(officer, scopes_of(session, officer.tenant_id, officer.officer_id))


def asker_of(
    session: Session, tenant_id: str, officer_id: str, right: str, lists: CodeLists
) -> OfficerContext:
    """Return the officer who asked for a job, as of now; raises AppError(forbidden) without the right."""
    officer = context_of(session, by_login_or_id(session, tenant_id, officer_id))
    role = lists.roles.get(officer.role)
    if role is None or right not in role.rights:
        raise AppError(ErrorCode.FORBIDDEN)
    return officer


def context_within(officer: Officer, scopes: frozenset[str]) -> OfficerContext:
    """Return the officer with these scopes."""
    return OfficerContext(
        officer.tenant_id,
        officer.officer_id,
        officer.login,
        officer.name,
        officer.agency,
        officer.role,
        officer.language,
        scopes,
    )


def credentials(session: Session, tenant_id: str, login: str) -> Credentials | None:
    """Return what to check a sign-in against; an unknown or disabled officer has none."""
    officer = by_login(session, tenant_id, login)
    if officer is None or officer.disabled_at is not None:
        return None
    return Credentials(officer.officer_id, officer.password_hash, officer.totp_secret, officer.totp_step)


def set_password(session: Session, officer: Officer, password_hash: str | None) -> None:
    """Replace the password, as the office does; browser sessions and bindings to tablets end.

    None: nobody signs in until the officer has chosen one by a link.
    """
    officer.password_hash = password_hash
    officer.password_resets += 1
    end_sessions(session, officer)


def disable(session: Session, officer: Officer, at: datetime) -> None:
    """Close the account at once; what the officer has filed stays."""
    officer.disabled_at = officer.disabled_at or at
    end_sessions(session, officer)


def end_sessions(session: Session, officer: Officer) -> None:
    """End all browser sessions of an officer."""
    session.execute(
        delete(ConsoleSession).where(
            ConsoleSession.tenant_id == officer.tenant_id, ConsoleSession.officer_id == officer.officer_id
        )
    )


def claim_totp_step(session: Session, officer: Officer, step: int) -> bool:
    """Use a time step up; False when it was used before (a replayed code)."""
    session.refresh(officer, with_for_update=True)
    if step <= officer.totp_step:
        return False
    officer.totp_step = step
    return True


def field_roles(lists: CodeLists) -> list[str]:
    """Return the roles that file records on a tablet, ascending."""
    return sorted(
        role.id for role in lists.roles.values() if any(right.startswith("create_") for right in role.can)
    )
