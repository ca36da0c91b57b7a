"""Attempts of deliveries: claim a webhook, read its next messages, store outcomes, delete old rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.engine import changed_rows
from field178_server.database.models import Webhook, WebhookAttempt, WebhookEvent, WebhookRefused
from field178_server.office.webhooks.events import EventMessage, message_of
from field178_server.office.webhooks.http_post import GONE, PostFailed, PostReason
from field178_server.office.webhooks.queries import ACTIVE, STOPPED, is_unannounced
from field178_server.office.webhooks.stored_webhook import audit, forget_refused, locked_webhook
from field178_server.security.secret_box import SecretBox

# Longer than an attempt: after this time the process that holds the claim has died.
LEASE = timedelta(minutes=2)
# Seconds until the next attempt, randomized by a fifth.
_PAUSES_S = (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
GIVE_UP_AFTER = timedelta(days=5)
# After this number of refusals the receiver may refuse only this message: the next one is tried. Server
# errors (status 500 and above) need more refusals, as they usually do not depend on the message.
_REFUSALS, _FAILURES, _SERVER_FAILS = 5, 8, 500
EVENTS_KEPT, ATTEMPTS_KEPT = timedelta(days=90), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ClaimedWebhook:
    """A webhook claimed by this process: no other process sends to it while the claim holds."""

    webhook_id: str
    claim: str
    name: str
    url: str
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class WaitingMessages:
    """Next messages of a webhook in order; `upto`: its last delivered number after they are accepted."""

    messages: tuple[EventMessage, ...] = ()
    upto: int = 0


class AfterAttempt(StrEnum):
    """Step after an attempt: next message, pause, or stopped until an officer resumes the webhook.

    `PASS_OVER`: send the next message, to learn whether only this message is refused.
    """

    NEXT = "next"
    PASS_OVER = "pass_over"  # noqa: S105  # no password
    PAUSE = "pause"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Outcome of an attempt; `failed` None: the receiver accepted the message."""

    message: EventMessage
    duration_ms: int
    status: int
    failed: PostFailed | None = None


def claim(
    session: Session, context: OperationContext, box: SecretBox, webhook_id: str, claim_id: str
) -> ClaimedWebhook | None:
    """Claim a webhook that is due; return None if another process has the claim or it is not due."""
    row, now = session.get(Webhook, (context.tenant_id, webhook_id)), context.now()
    if row is None:
        return None
    claimed = (
        update(Webhook)
        .where(
            Webhook.tenant_id == context.tenant_id,
            Webhook.webhook_id == webhook_id,
            Webhook.state == ACTIVE,
            Webhook.next_try_at <= now,
            Webhook.claimed_until.is_(None) | (Webhook.claimed_until <= now),
        )
        .values(claim=claim_id, claimed_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    if changed_rows(session.execute(claimed)) != 1:
        return None
    session.refresh(row)
    return ClaimedWebhook(webhook_id, claim_id, row.name, row.url, secrets_of(row, box, now))


def secrets_of(row: Webhook, box: SecretBox, now: datetime) -> tuple[str, ...]:
    """Return the secrets that sign messages at an instant, newest first."""
    sealed = [row.secret]
    if row.earlier_secret is not None and row.earlier_until is not None and now < row.earlier_until:
        sealed.append(row.earlier_secret)
    return tuple(box.opened(row.webhook_id, secret) for secret in sealed)


def next_messages(session: Session, tenant_id: str, claimed: ClaimedWebhook, most: int) -> WaitingMessages:
    """Return the next messages of a claimed webhook; none if the claim is lost."""
    row = session.get(Webhook, (tenant_id, claimed.webhook_id))
    if row is None or row.claim != claimed.claim:
        return WaitingMessages()
    of_tenant = WebhookEvent.tenant_id == tenant_id
    query = (
        select(WebhookEvent)
        .where(
            of_tenant,
            WebhookEvent.event_no > row.delivered_no,
            WebhookEvent.kind.in_(row.kinds.split()),
            # A planned visit may have become unannounced again; its later move to the team is an event.
            ~is_unannounced(),
        )
        .order_by(WebhookEvent.event_no)
        .limit(most)
    )
    messages = tuple(message_of(event) for event in session.scalars(query))
    # Skip events of other kinds, so that the next query does not read them again.
    last = session.scalar(select(func.max(WebhookEvent.event_no)).where(of_tenant)) or 0
    upto = last if len(messages) < most else messages[-1].event_no or 0
    return WaitingMessages(messages, max(upto, row.delivered_no))


def note_attempt(
    session: Session,
    context: OperationContext,
    claimed: ClaimedWebhook,
    attempt: Attempt,
    chance: float,
    *,
    has_next: bool = False,
) -> AfterAttempt:
    """Store the outcome of an attempt and return the next step; `has_next`: another message waits.

    `chance` (0 to 1) randomizes the pause. A webhook that was changed meanwhile keeps its new state.
    """
    tenant_id, now = context.tenant_id, context.now()
    row = session.get(Webhook, (tenant_id, claimed.webhook_id), with_for_update=True)
    if row is None:
        return AfterAttempt.PAUSE
    _keep_attempt(session, context, claimed.webhook_id, attempt)
    if row.claim != claimed.claim:
        return AfterAttempt.PAUSE
    if attempt.failed is None:
        row.delivered_no = attempt.message.event_no or row.delivered_no
        row.attempt_count, row.failing_since, row.claimed_until = 0, None, now + LEASE
        return AfterAttempt.NEXT
    row.attempt_count += 1
    row.failing_since = row.failing_since or now
    pause_s = _PAUSES_S[min(row.attempt_count, len(_PAUSES_S)) - 1] * (0.8 + 0.4 * chance)
    row.next_try_at = now + timedelta(seconds=pause_s)
    if has_next and _refuses_single_message(attempt.failed, row.attempt_count):
        row.claimed_until = now + LEASE
        return AfterAttempt.PASS_OVER
    return _pause_or_stop(session, context, row, attempt.failed)


def note_passing_over(
    session: Session, context: OperationContext, claimed: ClaimedWebhook, refused: Attempt, attempt: Attempt
) -> AfterAttempt:
    """Store the attempt of the message after a refused one; accepted, the refused one is passed over."""
    assert refused.failed is not None
    tenant_id, now = context.tenant_id, context.now()
    row = session.get(Webhook, (tenant_id, claimed.webhook_id), with_for_update=True)
    if row is None:
        return AfterAttempt.PAUSE
    _keep_attempt(session, context, claimed.webhook_id, attempt)
    if row.claim != claimed.claim:
        return AfterAttempt.PAUSE
    if attempt.failed is not None:
        # The receiver refuses all messages, not only this one.
        return _pause_or_stop(session, context, row, refused.failed)
    assert refused.message.event_no is not None
    session.merge(
        WebhookRefused(
            tenant_id=tenant_id,
            webhook_id=claimed.webhook_id,
            event_no=refused.message.event_no,
            kind=refused.message.kind,
            status=refused.status,
            attempts=row.attempt_count,
            at=now,
        )
    )
    row.delivered_no = attempt.message.event_no or row.delivered_no
    row.next_try_at = now
    row.attempt_count, row.failing_since, row.claimed_until = 0, None, now + LEASE
    return AfterAttempt.NEXT


def note_sent_again(session: Session, context: OperationContext, webhook_id: str, attempt: Attempt) -> None:
    """Store the attempt of a passed-over message sent again; accepted, it is no longer passed over."""
    locked_webhook(session, context, webhook_id)
    _keep_attempt(session, context, webhook_id, attempt)
    event_no = attempt.message.event_no
    if attempt.failed is None:
        forget_refused(session, context.tenant_id, webhook_id, WebhookRefused.event_no == event_no)
    audit(session, context, "webhook_sent_again", webhook_id, event=event_no)


def note_test(session: Session, context: OperationContext, webhook_id: str, attempt: Attempt) -> None:
    """Store the outcome of a test message."""
    locked_webhook(session, context, webhook_id)
    _keep_attempt(session, context, webhook_id, attempt)
    audit(session, context, "webhook_tested", webhook_id)


def release(session: Session, tenant_id: str, claimed: ClaimedWebhook, upto: int) -> None:
    """Release the claim of a webhook and store its last delivered number, if the claim still holds."""
    session.execute(
        update(Webhook)
        .where(
            Webhook.tenant_id == tenant_id,
            Webhook.webhook_id == claimed.webhook_id,
            Webhook.claim == claimed.claim,
        )
        .values(claim=None, claimed_until=None, delivered_no=upto)
    )


def drop_old(session: Session, tenant_id: str, now: datetime) -> int:
    """Delete old events and attempts; return the number of deleted events."""
    old = WebhookEvent.tenant_id == tenant_id, WebhookEvent.happened_at < now - EVENTS_KEPT
    session.execute(
        delete(WebhookAttempt).where(
            WebhookAttempt.tenant_id == tenant_id, WebhookAttempt.at < now - ATTEMPTS_KEPT
        )
    )
    dropped = select(WebhookEvent.event_no).where(*old)
    session.execute(
        delete(WebhookRefused).where(
            WebhookRefused.tenant_id == tenant_id, WebhookRefused.event_no.in_(dropped)
        )
    )
    return changed_rows(session.execute(delete(WebhookEvent).where(*old)))


def _refuses_single_message(failed: PostFailed, attempt_count: int) -> bool:
    """Return whether the receiver may be refusing this message only."""
    if failed.reason is not PostReason.REFUSED:
        return False
    limit = _FAILURES if failed.status >= _SERVER_FAILS else _REFUSALS
    return failed.status == GONE or attempt_count >= limit


def _pause_or_stop(
    session: Session, context: OperationContext, row: Webhook, failed: PostFailed
) -> AfterAttempt:
    row.claim, row.claimed_until = None, None
    assert row.failing_since is not None
    if failed.status != GONE and context.now() - row.failing_since < GIVE_UP_AFTER:
        return AfterAttempt.PAUSE
    row.state = STOPPED
    audit(session, context, "webhook_stopped", row.webhook_id)
    return AfterAttempt.STOPPED


def _keep_attempt(session: Session, context: OperationContext, webhook_id: str, attempt: Attempt) -> None:
    message = attempt.message
    session.add(
        WebhookAttempt(
            tenant_id=context.tenant_id,
            attempt_id=context.ids.time_ordered(),
            webhook_id=webhook_id,
            event_no=message.event_no,
            event_id=message.event_id,
            kind=message.kind,
            at=context.now(),
            duration_ms=attempt.duration_ms,
            status=attempt.status,
            reason=attempt.failed.reason.value if attempt.failed else None,
        )
    )
