"""Operations on webhooks: add, change, rotate the secret, pause, resume, replay, remove."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Tenant, Webhook, WebhookEvent, WebhookFeed, WebhookRefused
from field178_server.office.webhooks import collection
from field178_server.office.webhooks.events import EventKind
from field178_server.office.webhooks.http_post import address_problem
from field178_server.office.webhooks.queries import ACTIVE, PAUSED
from field178_server.office.webhooks.signature import new_secret
from field178_server.office.webhooks.stored_webhook import audit, forget_refused, locked_webhook
from field178_server.security.secret_box import SecretBox
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.normalisation import nfc

MOST, MAX_NAME = 20, 100
# Messages are signed with the old and the new secret for this time.
BOTH_SECRETS_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Settings of a webhook: name, URL and kinds of events."""

    name: str
    url: str
    kinds: Collection[str]


def add(
    session: Session,
    context: OperationContext,
    box: SecretBox,
    hosts: Collection[str],
    settings: WebhookSettings,
) -> tuple[str, str]:
    """Add a webhook for events from now on; return its id and its secret.

    `hosts`: hosts that may be private. The secret cannot be read again. Raises AppError(rule) with problems
    by field.
    """
    tenant_id, now = context.tenant_id, context.now()
    name = _checked(settings, hosts)
    _lock(session, tenant_id)
    count = session.scalar(select(func.count()).where(Webhook.tenant_id == tenant_id)) or 0
    if count >= MOST:
        raise AppError(ErrorCode.TOO_LARGE, limit=MOST, unit="webhooks")
    if not count:
        collection.begin(session, tenant_id)
        session.flush()
    while collection.collect_step(session, tenant_id):
        pass
    webhook_id, secret = context.ids.random(), new_secret()
    session.add(
        Webhook(
            tenant_id=tenant_id,
            webhook_id=webhook_id,
            name=name,
            url=settings.url,
            kinds=_kinds(settings),
            secret=box.sealed(webhook_id, secret),
            delivered_no=_last_no(session, tenant_id),
            next_try_at=now,
            made_by=context.actor.id,
            made_at=now,
        )
    )
    audit(session, context, "webhook_added", webhook_id, **_audited(settings))
    return webhook_id, secret


def change(
    session: Session,
    context: OperationContext,
    hosts: Collection[str],
    webhook_id: str,
    settings: WebhookSettings,
    seen: str,
) -> None:
    """Change name, URL and kinds; the next attempt uses the new URL.

    Raises AppError(revision_changed) if the stored settings are not those of the fingerprint `seen`.
    """
    name, row = _checked(settings, hosts), locked_webhook(session, context, webhook_id)
    if seen != fingerprint_of(row):
        raise AppError(ErrorCode.REVISION_CHANGED, webhook=webhook_id)
    if (row.name, row.url, row.kinds) == (name, settings.url, _kinds(settings)):
        return
    row.name, row.url, row.kinds = name, settings.url, _kinds(settings)
    _try_now(row, context)
    audit(session, context, "webhook_changed", webhook_id, **_audited(settings))


def fingerprint_of(row: Webhook) -> str:
    """Return the fingerprint of a webhook's settings, by which forms detect changes."""
    return hashlib.sha256(repr((row.name, row.url, row.kinds)).encode()).hexdigest()[:16]


def rotate(session: Session, context: OperationContext, box: SecretBox, webhook_id: str) -> str:
    """Replace the secret of a webhook and return the new one; messages are signed with both for a day."""
    row = locked_webhook(session, context, webhook_id)
    secret = new_secret()
    row.earlier_secret, row.earlier_until = row.secret, context.now() + BOTH_SECRETS_FOR
    row.secret = box.sealed(webhook_id, secret)
    row.claim = None
    audit(session, context, "webhook_secret_changed", webhook_id)
    return secret


def renew_secrets(session: Session, tenant_id: str, box: SecretBox) -> int:
    """Seal the stored secrets that have an earlier key of the server; return how many rows were written."""
    written = 0
    for row in session.scalars(select(Webhook).where(Webhook.tenant_id == tenant_id)):
        before = row.secret, row.earlier_secret
        row.secret = box.renewed(row.webhook_id, row.secret)
        if row.earlier_secret is not None:
            row.earlier_secret = box.renewed(row.webhook_id, row.earlier_secret)
        written += (row.secret, row.earlier_secret) != before
    return written


def pause(session: Session, context: OperationContext, webhook_id: str) -> None:
    """Pause a webhook: events wait until it is resumed."""
    row = locked_webhook(session, context, webhook_id)
    if row.state == PAUSED:
        return
    row.state, row.claim, row.claimed_until = PAUSED, None, None
    audit(session, context, "webhook_paused", webhook_id)


def resume(session: Session, context: OperationContext, webhook_id: str) -> None:
    """Resume a paused or stopped webhook after its last delivered event; the next attempt is due now."""
    row = locked_webhook(session, context, webhook_id)
    _try_now(row, context)
    audit(session, context, "webhook_resumed", webhook_id)


def replay(session: Session, context: OperationContext, webhook_id: str, first_no: int) -> None:
    """Replay all events from a number on, in the same order.

    Raises AppError(rule) for a number without a stored event.
    """
    row, tenant_id = locked_webhook(session, context, webhook_id), context.tenant_id
    oldest = session.scalar(
        select(func.min(WebhookEvent.event_no)).where(WebhookEvent.tenant_id == tenant_id)
    )
    if oldest is None or not oldest <= first_no <= _last_no(session, tenant_id):
        raise AppError(ErrorCode.RULE, problems={"first_no": [ErrorCode.NO_EVENT_KEPT.value]})
    row.delivered_no = first_no - 1
    forget_refused(session, tenant_id, webhook_id, WebhookRefused.event_no >= first_no)
    _try_now(row, context)
    audit(session, context, "webhook_replayed", webhook_id, from_event=first_no)


def replay_since(session: Session, context: OperationContext, webhook_id: str, since: datetime) -> None:
    """Replay all events from an instant on. Raises AppError(rule) if none is stored."""
    first = session.scalar(
        select(func.min(WebhookEvent.event_no)).where(
            WebhookEvent.tenant_id == context.tenant_id, WebhookEvent.happened_at >= since
        )
    )
    if first is None:
        raise AppError(ErrorCode.RULE, problems={"since": [ErrorCode.NO_EVENT_KEPT.value]})
    replay(session, context, webhook_id, first)


def remove(session: Session, context: OperationContext, webhook_id: str) -> None:
    """Delete a webhook with its attempts; the last webhook's removal deletes all collected events."""
    _lock(session, context.tenant_id)
    row = locked_webhook(session, context, webhook_id)
    session.delete(row)
    session.flush()
    if session.scalar(select(func.count()).where(Webhook.tenant_id == context.tenant_id)) == 0:
        collection.forget(session, context.tenant_id)
    audit(session, context, "webhook_removed", webhook_id)


def _checked(settings: WebhookSettings, hosts: Collection[str]) -> str:
    """Return the normalized name; raises AppError(rule) with problems of the settings by field."""
    name, problems = nfc(settings.name).strip(), {}
    if not name:
        problems["name"] = [ErrorCode.REQUIRED.value]
    elif len(name) > MAX_NAME:
        problems["name"] = [ErrorCode.TOO_LONG.value]
    if not settings.url:
        problems["url"] = [ErrorCode.REQUIRED.value]
    elif address_problem(settings.url, hosts):
        problems["url"] = [ErrorCode.WEBHOOK_ADDRESS.value]
    if not settings.kinds:
        problems["kinds"] = [ErrorCode.REQUIRED.value]
    elif not set(settings.kinds) <= set(EventKind):
        problems["kinds"] = [ErrorCode.UNKNOWN_CHOICE.value]
    if problems:
        raise AppError(ErrorCode.RULE, problems=problems)
    return name


def _kinds(settings: WebhookSettings) -> str:
    return " ".join(kind.value for kind in EventKind if kind in settings.kinds)


def _lock(session: Session, tenant_id: str) -> None:
    """Lock the tenant, so that one process at a time adds the first or removes the last webhook."""
    session.get_one(Tenant, tenant_id, with_for_update=True)


def _last_no(session: Session, tenant_id: str) -> int:
    feed = session.get(WebhookFeed, tenant_id)
    return feed.last_no if feed is not None else 0


def _try_now(row: Webhook, context: OperationContext) -> None:
    row.state, row.attempt_count, row.failing_since = ACTIVE, 0, None
    row.next_try_at, row.claim, row.claimed_until = context.now(), None, None


def _audited(settings: WebhookSettings) -> dict[str, str | int | None]:
    """Return the audit details of settings: the host only, because the path of a URL may contain a key."""
    return {"host": host_of(settings.url), "kinds": _kinds(settings)}


def host_of(url: str) -> str:
    """Return the host of a URL."""
    return url.split("/")[2] if url.count("/") > 1 else ""
