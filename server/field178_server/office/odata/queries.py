"""Queries of data tokens: list, token by id, and reader of a token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.actions import FEED_READ
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Audit, FeedToken, Officer
from field178_server.office.odata.entity_sets import may_read_any
from field178_server.office.odata.feed_reader import FeedReader
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_shared.codelists import CodeLists
from field178_shared.time.clock import local_date, start_of_day

PAGE_SIZE = 50
_IS_ITS = and_(Officer.tenant_id == FeedToken.tenant_id, Officer.officer_id == FeedToken.officer_id)


class TokenTab(StrEnum):
    """Tab of the list: usable or ended tokens."""

    USABLE = "usable"
    ENDED = "ended"


class TokenOfOfficer(NamedTuple):
    """A token with the officer whose rights it has."""

    token: FeedToken
    officer: Officer


@dataclass(frozen=True, slots=True)
class TokenList:
    """A page of tokens with their officers, newest first, and the number of tokens in each tab."""

    page: KeysetPage[Any]
    tokens: tuple[TokenOfOfficer, ...]
    counts: Mapping[TokenTab, int]


def token_page(session: Session, tenant_id: str, tab: TokenTab, place: PageStart, now: datetime) -> TokenList:
    """Return a page of the tokens of a tab."""
    query: Select[*tuple[Any, ...]] = (
        select(FeedToken.token_id.label("record_id"), FeedToken, Officer)
        .join(Officer, _IS_ITS)
        .where(FeedToken.tenant_id == tenant_id, _in_tab(tab, now))
    )
    order = Order(FeedToken.tenant_id, FeedToken.token_id, FeedToken.token_id, is_descending=True)
    page = keyset_page(session, query, order, tenant_id, place, PAGE_SIZE)
    counted = [func.count().filter(_in_tab(token_tab, now)) for token_tab in TokenTab]
    counts = session.execute(
        select(*counted).select_from(FeedToken).where(FeedToken.tenant_id == tenant_id)
    ).one()
    tokens = tuple(TokenOfOfficer(row.FeedToken, row.Officer) for row in page.rows)
    return TokenList(page, tokens, dict(zip(TokenTab, counts, strict=True)))


def find_token(session: Session, tenant_id: str, token_id: str) -> FeedToken | None:
    """Return a token by its id, usable or ended."""
    return session.get(FeedToken, (tenant_id, token_id))


def find_with_officer(session: Session, tenant_id: str, token_id: str) -> TokenOfOfficer | None:
    """Return a token, usable or ended, with its officer."""
    row = session.execute(
        select(FeedToken, Officer)
        .join(Officer, _IS_ITS)
        .where(FeedToken.tenant_id == tenant_id, FeedToken.token_id == token_id)
    ).first()
    return None if row is None else TokenOfOfficer(row.FeedToken, row.Officer)


def usable_tokens_of(session: Session, tenant_id: str, officer_id: str, now: datetime) -> list[FeedToken]:
    """Return the tokens of an officer that are accepted or wait for it, newest first."""
    query = select(FeedToken).where(
        FeedToken.tenant_id == tenant_id,
        FeedToken.officer_id == officer_id,
        _in_tab(TokenTab.USABLE, now),
    )
    return list(session.scalars(query.order_by(FeedToken.token_id.desc())))


def find_reader(
    session: Session, tenant_id: str, hashed: str, lists: CodeLists, now: datetime
) -> FeedReader | None:
    """Return the reader of a token by its hash; None if the token is not usable or its officer is disabled.

    The reader has the officer's present role and scopes.
    """
    row = session.execute(
        select(FeedToken.token_id, FeedToken.expires_at, Officer)
        .join(Officer, _IS_ITS)
        .where(
            FeedToken.tenant_id == tenant_id,
            FeedToken.token_hash == hashed,
            FeedToken.revoked_at.is_(None),
            FeedToken.accepted_at.is_not(None),
        )
    ).first()
    if row is None or now >= row.expires_at or row.Officer.disabled_at is not None:
        return None
    if not may_read_any(row.Officer.role, lists):
        return None
    return FeedReader(row.token_id, officers.context_of(session, row.Officer), lists, local_date(now))


def possible_readers(session: Session, tenant_id: str, lists: CodeLists) -> list[Officer]:
    """Return the officers that a token can be created for, by login."""
    return [
        officer
        for officer in officers.everyone(session, tenant_id)
        if officer.disabled_at is None and may_read_any(officer.role, lists)
    ]


def has_read_today(session: Session, context: OperationContext, token_id: str, set_name: str) -> bool:
    """Return whether today's audit entries contain a reading of the table with this token."""
    query = select(Audit.audit_id).where(
        Audit.tenant_id == context.tenant_id,
        Audit.object_id == token_id,
        Audit.at >= start_of_day(local_date(context.now())),
        Audit.action == FEED_READ,
        Audit.details.contains(f'"table": "{set_name}"'),
    )
    return session.scalar(query.limit(1)) is not None


def _in_tab(tab: TokenTab, now: datetime) -> ColumnElement[bool]:
    if tab is TokenTab.USABLE:
        return and_(FeedToken.revoked_at.is_(None), FeedToken.expires_at > now)
    return or_(FeedToken.revoked_at.is_not(None), FeedToken.expires_at <= now)
