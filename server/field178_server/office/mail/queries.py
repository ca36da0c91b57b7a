"""Queries of e-mail: due e-mails, and the latest e-mails with their outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, literal, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.database.models import Mail, Officer
from field178_server.office.mail.digest import topics_of
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_shared.codelists import CodeLists

PAGE_SIZE = 50
_OPEN = ("waiting", "sending")
STATES = ("waiting", "sent", "failed")


@dataclass(frozen=True, slots=True)
class MailPage:
    """A page of e-mails, newest first, and their numbers by state."""

    page: KeysetPage[Any]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Group:
    """Officers of one role and area, whose digests are equal."""

    role: str
    scopes: frozenset[str]
    officers: int
    with_address: int


def groups(session: Session, tenant_id: str, lists: CodeLists) -> list[Group]:
    """Return the groups of enabled officers with mail topics, in the order of roles."""
    scopes = officers.all_scopes(session, tenant_id)
    officers_by_group: dict[tuple[str, frozenset[str]], list[Officer]] = {}
    for officer in officers.everyone(session, tenant_id):
        if officer.disabled_at is None and topics_of(officer.role, lists):
            officers_by_group.setdefault(
                (officer.role, frozenset(scopes.get(officer.officer_id, ()))), []
            ).append(officer)
    order = {role: number for number, role in enumerate(lists.roles)}
    return [
        Group(role, area, len(own), sum(officer.email is not None for officer in own))
        for (role, area), own in sorted(
            officers_by_group.items(), key=lambda group: (order[group[0][0]], sorted(group[0][1]))
        )
    ]


def is_due(session: Session, tenant_id: str, now: datetime) -> bool:
    """Return whether an e-mail is due now."""
    query = select(literal(1)).where(
        Mail.tenant_id == tenant_id, Mail.state.in_(_OPEN), Mail.next_try_at <= now
    )
    return session.scalar(query.limit(1)) is not None


def mail_page(session: Session, tenant_id: str, state: str, place: PageStart) -> MailPage:
    """Return a page of the e-mails of a state, "" for all; e-mails being sent count as waiting."""
    query: Select[*tuple[Any, ...]] = (
        select(Mail.mail_id.label("record_id"), Mail, Officer.name.label("officer"))
        .join(Officer, and_(Officer.tenant_id == Mail.tenant_id, Officer.officer_id == Mail.officer_id))
        .where(Mail.tenant_id == tenant_id)
    )
    if state:
        query = query.where(Mail.state.in_(_OPEN if state == "waiting" else (state,)))
    order = Order(Mail.tenant_id, Mail.made_at, Mail.mail_id, is_descending=True)
    counted = select(Mail.state, func.count()).where(Mail.tenant_id == tenant_id).group_by(Mail.state)
    by_state = {name: count for name, count in session.execute(counted)}
    return MailPage(
        keyset_page(session, query, order, tenant_id, place, PAGE_SIZE),
        {
            "waiting": sum(by_state.get(state, 0) for state in _OPEN),
            "sent": by_state.get("sent", 0),
            "failed": by_state.get("failed", 0),
        },
    )
