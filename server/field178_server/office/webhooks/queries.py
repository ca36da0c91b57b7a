"""Queries of webhooks: list with waiting events, attempts, refused messages, due webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from field178_server.database.models import Record, Webhook, WebhookAttempt, WebhookEvent, WebhookRefused
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.scopes import OFFICE
from field178_shared.errors import AppError, ErrorCode
from field178_shared.record_type import RecordType

ACTIVE, PAUSED, STOPPED = "active", "paused", "stopped"
PAGE = 50


@dataclass(frozen=True, slots=True)
class ListedWebhook:
    """A webhook with the number of waiting events, its last attempt, and the number of refused messages."""

    webhook: Webhook
    waiting_count: int
    last_at: datetime | None
    refused_count: int = 0


@dataclass(frozen=True, slots=True)
class ReplayableEvents:
    """Range of the events that can be replayed: numbers and first instant; 0 and None without events."""

    first_no: int = 0
    last_no: int = 0
    since: datetime | None = None


def is_unannounced() -> ColumnElement[bool]:
    """Return the condition of events of an unannounced planned visit."""
    hidden = select(Record.record_id).where(
        Record.tenant_id == WebhookEvent.tenant_id,
        Record.record_id == WebhookEvent.record_id,
        Record.scope == OFFICE,
    )
    return (WebhookEvent.record_type == RecordType.PLAN_ITEM) & hidden.exists()


def webhooks(session: Session, tenant_id: str) -> list[ListedWebhook]:
    """Return all webhooks by name, read with a constant number of statements."""
    rows = session.scalars(
        select(Webhook).where(Webhook.tenant_id == tenant_id).order_by(Webhook.name, Webhook.webhook_id)
    ).all()
    counts, last = _waiting(session, tenant_id, rows), _last_attempts(session, tenant_id)
    refused = _refused_counts(session, tenant_id)
    return [
        ListedWebhook(
            row, counts.get(row.webhook_id, 0), last.get(row.webhook_id), refused.get(row.webhook_id, 0)
        )
        for row in rows
    ]


def webhook(session: Session, tenant_id: str, webhook_id: str) -> ListedWebhook:
    """Return a webhook by its id. Raises AppError(not_found)."""
    row = session.get(Webhook, (tenant_id, webhook_id))
    if row is None:
        raise AppError(ErrorCode.NOT_FOUND, webhook=webhook_id)
    return ListedWebhook(row, _waiting(session, tenant_id, [row]).get(webhook_id, 0), None)


def attempts(session: Session, tenant_id: str, webhook_id: str, place: PageStart) -> KeysetPage[Any]:
    """Return a page of the attempts of a webhook, newest first."""
    row = WebhookAttempt
    query: Select[*tuple[Any, ...]] = select(row, row.attempt_id.label("record_id")).where(
        row.tenant_id == tenant_id, row.webhook_id == webhook_id
    )
    order = Order(row.tenant_id, row.attempt_id, row.attempt_id, is_descending=True)
    return keyset_page(session, query, order, tenant_id, place, PAGE)


def refused_messages(session: Session, tenant_id: str, webhook_id: str) -> list[WebhookRefused]:
    """Return the first messages that were passed over, oldest first."""
    query = select(WebhookRefused).where(
        WebhookRefused.tenant_id == tenant_id, WebhookRefused.webhook_id == webhook_id
    )
    return list(session.scalars(query.order_by(WebhookRefused.event_no).limit(PAGE)))


def refused_event(session: Session, tenant_id: str, webhook_id: str, event_no: int) -> WebhookEvent:
    """Return the event of a passed-over message that may be sent. Raises AppError(not_found)."""
    there = session.get(WebhookRefused, (tenant_id, webhook_id, event_no))
    query = select(WebhookEvent).where(
        WebhookEvent.tenant_id == tenant_id, WebhookEvent.event_no == event_no, ~is_unannounced()
    )
    event = session.scalar(query)
    if event is None or there is None:
        raise AppError(ErrorCode.NOT_FOUND, webhook=webhook_id)
    return event


def replayable_events(session: Session, tenant_id: str) -> ReplayableEvents:
    """Return the range of the events that can be replayed."""
    first, last, since = session.execute(
        select(
            func.min(WebhookEvent.event_no),
            func.max(WebhookEvent.event_no),
            func.min(WebhookEvent.happened_at),
        ).where(WebhookEvent.tenant_id == tenant_id)
    ).one()
    return ReplayableEvents(first or 0, last or 0, since)


def due(session: Session, tenant_id: str, now: datetime) -> list[str]:
    """Return the ids of unclaimed webhooks with events to send now."""
    waits = (
        select(WebhookEvent.event_no)
        .where(WebhookEvent.tenant_id == Webhook.tenant_id, WebhookEvent.event_no > Webhook.delivered_no)
        .exists()
    )
    query = select(Webhook.webhook_id).where(
        Webhook.tenant_id == tenant_id,
        Webhook.state == ACTIVE,
        Webhook.next_try_at <= now,
        Webhook.claimed_until.is_(None) | (Webhook.claimed_until <= now),
        waits,
    )
    return list(session.scalars(query.order_by(Webhook.webhook_id)))


def _waiting(session: Session, tenant_id: str, rows: Sequence[Webhook]) -> dict[str, int]:
    """Return the number of waiting events of each webhook, of its kinds only."""
    lowest = min((row.delivered_no for row in rows), default=0)
    if not rows:
        return {}
    event = WebhookEvent
    counts = session.execute(
        select(Webhook.webhook_id, event.kind, func.count())
        .join(event, (event.tenant_id == Webhook.tenant_id) & (event.event_no > Webhook.delivered_no))
        .where(Webhook.tenant_id == tenant_id, event.event_no > lowest)
        .group_by(Webhook.webhook_id, event.kind)
    ).all()
    kinds = {row.webhook_id: row.kinds.split() for row in rows}
    waiting: dict[str, int] = {}
    for webhook_id, kind, count in counts:
        if kind in kinds.get(webhook_id, ()):
            waiting[webhook_id] = waiting.get(webhook_id, 0) + count
    return waiting


def _refused_counts(session: Session, tenant_id: str) -> dict[str, int]:
    query = (
        select(WebhookRefused.webhook_id, func.count())
        .where(WebhookRefused.tenant_id == tenant_id)
        .group_by(WebhookRefused.webhook_id)
    )
    return {webhook_id: count for webhook_id, count in session.execute(query)}


def _last_attempts(session: Session, tenant_id: str) -> dict[str, datetime]:
    query = (
        select(WebhookAttempt.webhook_id, func.max(WebhookAttempt.at))
        .where(WebhookAttempt.tenant_id == tenant_id)
        .group_by(WebhookAttempt.webhook_id)
    )
    return {webhook_id: at for webhook_id, at in session.execute(query)}
