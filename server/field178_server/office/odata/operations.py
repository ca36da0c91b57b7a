"""Operations on data tokens: create, revoke, and count their requests."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from field178_server.accounts import officers, rate_limit
from field178_server.accounts.rate_limit import RateLimit
from field178_server.audit.actions import FEED_READ
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import FeedToken
from field178_server.office.indicators.totals.operations import keep_period
from field178_server.office.odata.computed_rows import periods_to_keep
from field178_server.office.odata.entity_sets import FIGURES, may_read_any
from field178_server.office.odata.feed_reader import FeedReader
from field178_server.office.odata.queries import find_token, has_read_today
from field178_shared.errors import AppError, ErrorCode

# Prefix by which secret scanners recognize a token.
MARK = "f178d_"
# Choices of a token's lifetime in days.
LIVES = (30, 90, 180, 366)
MOST_LABEL = 120
# Limit in ten minutes: a million rows are a hundred requests.
MOST_REQUESTS = 1200


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """Label, officer and lifetime in days of a new token."""

    label: str
    officer_id: str
    days: int


def make_token(session: Session, context: OperationContext, request: TokenRequest) -> str:
    """Store a token that waits for its officer, and return its id.

    Raises AppError(bad_request) naming the invalid field.
    """
    officer = officers.by_login_or_id(session, context.tenant_id, request.officer_id)
    if not request.label or len(request.label) > MOST_LABEL:
        raise AppError(ErrorCode.BAD_REQUEST, field="label")
    if officer.disabled_at is not None or not may_read_any(officer.role, context.lists):
        raise AppError(ErrorCode.BAD_REQUEST, field="officer")
    if request.days not in LIVES:
        raise AppError(ErrorCode.BAD_REQUEST, field="days")
    now, token_id = context.now(), context.ids.time_ordered()
    assert context.actor.id is not None
    session.add(
        FeedToken(
            tenant_id=context.tenant_id,
            token_id=token_id,
            # No hash of a token: its officer gets the token at the acceptance, and nobody else has it before.
            token_hash=secrets.token_hex(32),
            label=request.label,
            officer_id=officer.officer_id,
            made_by=context.actor.id,
            made_at=now,
            accepted_at=None,
            expires_at=now + timedelta(days=request.days),
        )
    )
    session.flush()
    details: dict[str, str | int | None] = {"officer": officer.officer_id, "days": request.days}
    context.note(session, AuditEntry("feed_token_made", token_id, details=details))
    return token_id


def revoke_token(session: Session, context: OperationContext, token_id: str) -> None:
    """Revoke a token; a revoked token does not change."""
    token = find_token(session, context.tenant_id, token_id)
    if token is None:
        raise AppError(ErrorCode.NOT_FOUND)
    if token.revoked_at is not None:
        return
    token.revoked_at, token.revoked_by = context.now(), context.actor.id
    context.note(session, AuditEntry("feed_token_revoked", token_id))


def accept_token(session: Session, context: OperationContext, token_id: str, token_hash: str) -> None:
    """Accept a token as its officer, with the hash of the token by which it reads from now on.

    Raises AppError(not_found), also for a token that was accepted already.
    """
    token = _own_token(session, context, token_id)
    if token.accepted_at is not None:
        raise AppError(ErrorCode.NOT_FOUND)
    token.accepted_at, token.token_hash = context.now(), token_hash
    context.note(session, AuditEntry("feed_token_accepted", token_id))


def accepted_token(session: Session, context: OperationContext, token_id: str) -> FeedToken:
    """Return a token that its officer has accepted. Raises AppError(not_found)."""
    token = _own_token(session, context, token_id)
    if token.accepted_at is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return token


def end_own_token(session: Session, context: OperationContext, token_id: str) -> None:
    """Refuse or revoke a token as its officer. Raises AppError(not_found)."""
    revoke_token(session, context, _own_token(session, context, token_id).token_id)


def _own_token(session: Session, context: OperationContext, token_id: str) -> FeedToken:
    token = find_token(session, context.tenant_id, token_id)
    if token is None or token.officer_id != context.actor.id or token.revoked_at is not None:
        raise AppError(ErrorCode.NOT_FOUND)
    return token


def note_request(session: Session, context: OperationContext, reader: FeedReader, set_name: str) -> None:
    """Count a request against the token's rate limit; audit the first reading of a table on a day.

    Raises AppError(slow_down).
    """
    limit = RateLimit("feed_token", reader.token_id, MOST_REQUESTS)
    rate_limit.take(session, context.tenant_id, (limit,), context.now())
    token = session.get_one(FeedToken, (context.tenant_id, reader.token_id))
    token.last_read_at = context.now()
    token.requests += 1
    if set_name and not has_read_today(session, context, reader.token_id, set_name):
        if set_name == FIGURES:
            for period in periods_to_keep(reader.lists, reader.today):
                keep_period(session, context.tenant_id, period, reader.today)
        details: dict[str, str | int | None] = {"table": set_name, "officer": reader.officer.id}
        context.note(session, AuditEntry(FEED_READ, reader.token_id, details=details))


def keep_year(session: Session, reader: FeedReader, year: int) -> None:
    """Keep the totals of a year's periods from now on, because programs read the same figures again."""
    for period in periods_to_keep(reader.lists, reader.today, year):
        keep_period(session, reader.tenant_id, period, reader.today)


def token_hash(tenant_id: str, token: str) -> str:
    """Return the stored hash of a token (SHA-256: 256 random bits need no key, and survive its rotation)."""
    text = f"field178-feed-token-v2|{tenant_id}|{token}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
