"""Officers: accounts of people who use tablets and the console."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from field178_server.database.tables.account import ConsoleSession, Officer, OfficerScope
from field178_server.database.tables.passkey import PasskeyChallenge
from field178_shared.errors import AppError, ErrorCode

if TYPE_CHECKING:
    from field178_shared.codelists import CodeLists  # reads all lists

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class OfficerContext:
    """An officer with role and scopes; `scopes` limits the records that the officer may read."""

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
    has_passkeys: bool


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """Values of a new account."""

    login: str
    name: str
    role: str
    agency: str
    language: str
    scopes: tuple[str, ...]


def add(session: Session, tenant_id: str, officer_id: str, new: NewOfficer, created_at: datetime) -> Officer:
    """Create an account without a password, which cannot sign in yet; the login MUST be free."""
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
    """Return whether a text can be a login: a-z 0-9 . _ -, at most 64."""
    return _LOGIN.fullmatch(text) is not None


def by_login(session: Session, tenant_id: str, login: str) -> Officer | None:
    """Return the officer of a login, disabled or not, or None."""
    return session.scalar(select(Officer).where(Officer.tenant_id == tenant_id, Officer.login == login))


def by_login_or_id(session: Session, tenant_id: str, name: str) -> Officer:
    """Return the officer of a login or id, or raise AppError(not_found)."""
    officer = by_login(session, tenant_id, name) or session.get(Officer, (tenant_id, name))
    if officer is None:
        raise AppError(ErrorCode.NOT_FOUND, officer=name)
    return officer


def everyone(session: Session, tenant_id: str) -> list[Officer]:
    """Return all officers, sorted by login."""
    return list(
        session.scalars(select(Officer).where(Officer.tenant_id == tenant_id).order_by(Officer.login))
    )


def names_with_logins(session: Session, tenant_id: str, officer_ids: Collection[str]) -> dict[str, str]:
    """Return the names of officers with their logins, by id."""
    query = select(Officer).where(
        Officer.tenant_id == tenant_id, Officer.officer_id.in_(sorted(set(officer_ids)))
    )
    return {officer.officer_id: officer.name_and_login for officer in session.scalars(query)}


def scopes_of(session: Session, tenant_id: str, officer_id: str) -> frozenset[str]:
    """Return the scopes of an officer."""
    rows = session.scalars(
        select(OfficerScope.scope).where(
            OfficerScope.tenant_id == tenant_id, OfficerScope.officer_id == officer_id
        )
    )
    return frozenset(rows)


def all_scopes(session: Session, tenant_id: str) -> dict[str, list[str]]:
    """Return the scopes of all officers by officer id; officers without scopes are left out."""
    query = select(OfficerScope.officer_id, OfficerScope.scope).where(OfficerScope.tenant_id == tenant_id)
    by_officer: dict[str, list[str]] = {}
    for officer_id, scope in session.execute(query.order_by(OfficerScope.scope)):
        by_officer.setdefault(officer_id, []).append(scope)
    return by_officer


def set_scopes(session: Session, officer: Officer, new_scopes: Collection[str]) -> None:
    """Replace the scopes of an officer; the rows of the scopes MUST exist."""
    own = (OfficerScope.tenant_id == officer.tenant_id, OfficerScope.officer_id == officer.officer_id)
    stored = scopes_of(session, officer.tenant_id, officer.officer_id)
    session.execute(
        delete(OfficerScope).where(*own, OfficerScope.scope.in_(sorted(stored - set(new_scopes))))
    )
    for scope in sorted(set(new_scopes) - stored):
        session.add(OfficerScope(tenant_id=officer.tenant_id, officer_id=officer.officer_id, scope=scope))
    session.flush()


def context_of(session: Session, officer: Officer) -> OfficerContext:
    """Return the officer with the current scopes."""
    return context_within(officer, scopes_of(session, officer.tenant_id, officer.officer_id))


def asker_of(
    session: Session, tenant_id: str, officer_id: str, right: str, lists: CodeLists
) -> OfficerContext:
    """Return the current state of the officer who requested a job; AppError(forbidden) without the right."""
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
    """Return an officer's credentials by login; None for an unknown or disabled officer."""
    officer = by_login(session, tenant_id, login)
    if officer is None or officer.disabled_at is not None:
        return None
    return Credentials(
        officer.officer_id,
        officer.password_hash,
        officer.totp_secret,
        officer.totp_step,
        officer.passkey_count > 0,
    )


def set_password(session: Session, officer: Officer, password_hash: str | None) -> None:
    """Replace the password by an administrator; browser sessions and bindings to tablets end.

    None: no sign-in is possible until the officer chooses a password by a link.
    """
    officer.password_hash = password_hash
    officer.password_resets += 1
    end_sessions(session, officer)


def disable(session: Session, officer: Officer, at: datetime) -> None:
    """Disable the account and end its sessions; the officer's records are kept."""
    officer.disabled_at = officer.disabled_at or at
    end_sessions(session, officer)


def end_sessions(session: Session, officer: Officer) -> None:
    """End all browser sessions of an officer, and the sign-ins that wait for a passkey."""
    for table in (ConsoleSession, PasskeyChallenge):
        session.execute(
            delete(table).where(table.tenant_id == officer.tenant_id, table.officer_id == officer.officer_id)
        )


def claim_totp_step(session: Session, officer: Officer, step: int) -> bool:
    """Mark a TOTP time step as used; return False if it was used before (a replayed code)."""
    session.refresh(officer, with_for_update=True)
    if step <= officer.totp_step:
        return False
    officer.totp_step = step
    return True


def field_roles(lists: CodeLists) -> list[str]:
    """Return the ids of roles that create records on a tablet, ascending."""
    return sorted(
        role.id for role in lists.roles.values() if any(right.startswith("create_") for right in role.can)
    )
