"""Operations on webhooks: made, changed, paused, replayed, removed, and what became of each attempt."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.engine import changed_rows
from field178_server.database.models import (
    Tenant,
    Webhook,
    WebhookAttempt,
    WebhookEvent,
    WebhookFeed,
    WebhookRefused,
)
from field178_server.office.webhooks import collection
from field178_server.office.webhooks.events import EventKind, EventMessage, message_of
from field178_server.office.webhooks.http_post import GONE, PostFailed, PostReason, address_problem
from field178_server.office.webhooks.queries import ACTIVE, PAUSED, STOPPED, is_unannounced
from field178_server.office.webhooks.signature import SecretBox
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.normalisation import nfc

MOST, MAX_NAME = 20, 100
# Both secrets are signed with for so long.
BOTH_SECRETS_FOR = timedelta(days=1)
# One attempt takes less; a process that has not told of its end by then has died.
LEASE = timedelta(minutes=2)
# After so many seconds the next attempt, and a fifth more or less by chance.
_PAUSES_S = (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
GIVE_UP_AFTER = timedelta(days=5)
# Refused so often, a message may be the only one that is: the next one is tried. Answers of a server that
# fails are no word about the message, unless they go on for hours.
_REFUSALS, _FAILURES, _SERVER_FAILS = 5, 8, 500
EVENTS_KEPT, ATTEMPTS_KEPT = timedelta(days=90), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class WantedWebhook:
    """A webhook as an administrator wants it."""

    name: str
    url: str
    kinds: Collection[str]


@dataclass(frozen=True, slots=True)
class ClaimedWebhook:
    """A webhook that this process alone sends to now, for as long as it holds the claim."""

    webhook_id: str
    claim: str
    name: str
    url: str
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class WaitingMessages:
    """The next messages of a webhook in order; `upto`: where it stands once they are taken."""

    messages: tuple[EventMessage, ...] = ()
    upto: int = 0


class AfterAttempt(StrEnum):
    """What follows an attempt: the next message, a pause, or nothing until somebody resumes the webhook.

    `PASS_OVER`: the next message, to see whether this one alone is refused.
    """

    NEXT = "next"
    PASS_OVER = "pass_over"  # noqa: S105  # no password
    PAUSE = "pause"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one attempt; `failed` None: the receiver has taken the message."""

    message: EventMessage
    duration_ms: int
    status: int
    failed: PostFailed | None = None


def add(
    session: Session, context: OperationContext, box: SecretBox, hosts: Collection[str], wanted: WantedWebhook
) -> tuple[str, str]:
    """Make a webhook that is told of what happens from now on; return its id and its secret.

    `hosts` may be private. The secret is readable this once. Raises AppError(rule) with problems by field.
    """
    tenant_id, now = context.tenant_id, context.now()
    name = _checked(wanted, hosts)
    _lock(session, tenant_id)
    count = session.scalar(select(func.count()).where(Webhook.tenant_id == tenant_id)) or 0
    if count >= MOST:
        raise AppError(ErrorCode.TOO_LARGE, limit=MOST, unit="webhooks")
    if not count:
        collection.begin(session, tenant_id)
        session.flush()
    while collection.collect_step(session, tenant_id):
        pass
    webhook_id, secret = context.ids.random(), box.new_secret()
    session.add(
        Webhook(
            tenant_id=tenant_id,
            webhook_id=webhook_id,
            name=name,
            url=wanted.url,
            kinds=_kinds(wanted),
            secret=box.sealed(webhook_id, secret),
            delivered_no=_last_no(session, tenant_id),
            next_try_at=now,
            made_by=context.actor.id,
            made_at=now,
        )
    )
    _note(session, context, "webhook_added", webhook_id, wanted)
    return webhook_id, secret


def change(
    session: Session,
    context: OperationContext,
    hosts: Collection[str],
    webhook_id: str,
    wanted: WantedWebhook,
    seen: str,
) -> None:
    """Change name, address and kinds; the next attempt goes to the new address.

    Raises AppError(revision_changed) for another webhook than the one whose fingerprint was seen.
    """
    name, row = _checked(wanted, hosts), _locked(session, context, webhook_id)
    if seen != fingerprint_of(row):
        raise AppError(ErrorCode.REVISION_CHANGED, webhook=webhook_id)
    if (row.name, row.url, row.kinds) == (name, wanted.url, _kinds(wanted)):
        return
    row.name, row.url, row.kinds = name, wanted.url, _kinds(wanted)
    _try_now(row, context)
    _note(session, context, "webhook_changed", webhook_id, wanted)


def fingerprint_of(row: Webhook) -> str:
    """Return what a form has seen of a webhook."""
    return hashlib.sha256(repr((row.name, row.url, row.kinds)).encode()).hexdigest()[:16]


def rotate(session: Session, context: OperationContext, box: SecretBox, webhook_id: str) -> str:
    """Give a webhook another secret and return it; messages are signed with both for a day."""
    row = _locked(session, context, webhook_id)
    secret = box.new_secret()
    row.earlier_secret, row.earlier_until = row.secret, context.now() + BOTH_SECRETS_FOR
    row.secret = box.sealed(webhook_id, secret)
    row.claim = None
    _note(session, context, "webhook_secret_changed", webhook_id)
    return secret


def pause(session: Session, context: OperationContext, webhook_id: str) -> None:
    """Send nothing until it is resumed; events wait."""
    row = _locked(session, context, webhook_id)
    if row.state == PAUSED:
        return
    row.state, row.claim, row.claimed_until = PAUSED, None, None
    _note(session, context, "webhook_paused", webhook_id)


def resume(session: Session, context: OperationContext, webhook_id: str) -> None:
    """Go on where a paused or stopped webhook stands, or try again at once."""
    row = _locked(session, context, webhook_id)
    _try_now(row, context)
    _note(session, context, "webhook_resumed", webhook_id)


def replay(session: Session, context: OperationContext, webhook_id: str, first_no: int) -> None:
    """Tell every event from a number on, again or for the first time, in the same order.

    Raises AppError(rule) for a number that no event has any more.
    """
    row, tenant_id = _locked(session, context, webhook_id), context.tenant_id
    oldest = session.scalar(
        select(func.min(WebhookEvent.event_no)).where(WebhookEvent.tenant_id == tenant_id)
    )
    if oldest is None or not oldest <= first_no <= _last_no(session, tenant_id):
        raise AppError(ErrorCode.RULE, problems={"first_no": [ErrorCode.NO_EVENT_KEPT.value]})
    row.delivered_no = first_no - 1
    _forget_refused(session, tenant_id, webhook_id, WebhookRefused.event_no >= first_no)
    _try_now(row, context)
    _note(session, context, "webhook_replayed", webhook_id, from_event=first_no)


def replay_since(session: Session, context: OperationContext, webhook_id: str, since: datetime) -> None:
    """Tell every event from an instant on again. Raises AppError(rule) where none is kept."""
    first = session.scalar(
        select(func.min(WebhookEvent.event_no)).where(
            WebhookEvent.tenant_id == context.tenant_id, WebhookEvent.happened_at >= since
        )
    )
    if first is None:
        raise AppError(ErrorCode.RULE, problems={"since": [ErrorCode.NO_EVENT_KEPT.value]})
    replay(session, context, webhook_id, first)


def remove(session: Session, context: OperationContext, webhook_id: str) -> None:
    """Remove a webhook with its attempts; with the last one goes what was collected."""
    _lock(session, context.tenant_id)
    row = _locked(session, context, webhook_id)
    session.delete(row)
    session.flush()
    if session.scalar(select(func.count()).where(Webhook.tenant_id == context.tenant_id)) == 0:
        collection.forget(session, context.tenant_id)
    _note(session, context, "webhook_removed", webhook_id)


def claim(
    session: Session, context: OperationContext, box: SecretBox, webhook_id: str, claim_id: str
) -> ClaimedWebhook | None:
    """Claim a webhook that is due; None where another process sends, or nothing is to be sent now."""
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
    """Return the secrets that a message is signed with at an instant, the youngest first."""
    sealed = [row.secret]
    if row.earlier_secret is not None and row.earlier_until is not None and now < row.earlier_until:
        sealed.append(row.earlier_secret)
    return tuple(box.opened(row.webhook_id, one) for one in sealed)


def next_messages(session: Session, tenant_id: str, claimed: ClaimedWebhook, most: int) -> WaitingMessages:
    """Return the next events that a webhook has not taken; none once the claim is lost."""
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
            # Collected as announced, it may be unannounced again: its later move to the team tells of it.
            ~is_unannounced(),
        )
        .order_by(WebhookEvent.event_no)
        .limit(most)
    )
    messages = tuple(message_of(event) for event in session.scalars(query))
    # Past what it is not told of: otherwise it would be looked for again and again.
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
    """Keep what became of an attempt, and return what follows; `has_next`: another message waits behind it.

    `chance` (0 to 1) spreads the pauses. A webhook that was changed meanwhile keeps its new state.
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
    if has_next and _may_be_the_only_one(attempt.failed, row.attempt_count):
        row.claimed_until = now + LEASE
        return AfterAttempt.PASS_OVER
    return _pause_or_stop(session, context, row, attempt.failed)


def note_passing_over(
    session: Session, context: OperationContext, claimed: ClaimedWebhook, refused: Attempt, attempt: Attempt
) -> AfterAttempt:
    """Keep the attempt to send what stands behind a refused message, passed over if this one was taken."""
    assert refused.failed is not None
    tenant_id, now = context.tenant_id, context.now()
    row = session.get(Webhook, (tenant_id, claimed.webhook_id), with_for_update=True)
    if row is None:
        return AfterAttempt.PAUSE
    _keep_attempt(session, context, claimed.webhook_id, attempt)
    if row.claim != claimed.claim:
        return AfterAttempt.PAUSE
    if attempt.failed is not None:
        # It is the receiver that takes nothing, not the message that is wrong.
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
    """Keep what became of a message that was passed over and sent again; taken, it is passed over no more."""
    _locked(session, context, webhook_id)
    _keep_attempt(session, context, webhook_id, attempt)
    event_no = attempt.message.event_no
    if attempt.failed is None:
        _forget_refused(session, context.tenant_id, webhook_id, WebhookRefused.event_no == event_no)
    _note(session, context, "webhook_sent_again", webhook_id, event=event_no)


def note_test(session: Session, context: OperationContext, webhook_id: str, attempt: Attempt) -> None:
    """Keep what became of a test."""
    _locked(session, context, webhook_id)
    _keep_attempt(session, context, webhook_id, attempt)
    _note(session, context, "webhook_tested", webhook_id)


def release(session: Session, tenant_id: str, claimed: ClaimedWebhook, upto: int) -> None:
    """Give a claim back and keep how far the webhook is, where the claim is still held."""
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
    """Delete events and attempts that are past their time; return how many events."""
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


def _may_be_the_only_one(failed: PostFailed, attempt_count: int) -> bool:
    """Tell whether a refusal may be a word about this message, and not about the receiver."""
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
    _note(session, context, "webhook_stopped", row.webhook_id)
    return AfterAttempt.STOPPED


def _forget_refused(session: Session, tenant_id: str, webhook_id: str, which: ColumnElement[bool]) -> None:
    session.execute(
        delete(WebhookRefused).where(
            WebhookRefused.tenant_id == tenant_id, WebhookRefused.webhook_id == webhook_id, which
        )
    )


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


def _checked(wanted: WantedWebhook, hosts: Collection[str]) -> str:
    """Return the name as it is kept; raises AppError(rule) with the problems by field."""
    name, problems = nfc(wanted.name).strip(), {}
    if not name:
        problems["name"] = [ErrorCode.REQUIRED.value]
    elif len(name) > MAX_NAME:
        problems["name"] = [ErrorCode.TOO_LONG.value]
    if not wanted.url:
        problems["url"] = [ErrorCode.REQUIRED.value]
    elif address_problem(wanted.url, hosts):
        problems["url"] = [ErrorCode.WEBHOOK_ADDRESS.value]
    if not wanted.kinds:
        problems["kinds"] = [ErrorCode.REQUIRED.value]
    elif not set(wanted.kinds) <= set(EventKind):
        problems["kinds"] = [ErrorCode.UNKNOWN_CHOICE.value]
    if problems:
        raise AppError(ErrorCode.RULE, problems=problems)
    return name


def _kinds(wanted: WantedWebhook) -> str:
    return " ".join(kind.value for kind in EventKind if kind in wanted.kinds)


def _lock(session: Session, tenant_id: str) -> None:
    """Let one process at a time decide whether a webhook is the first or the last one."""
    session.get_one(Tenant, tenant_id, with_for_update=True)


def _last_no(session: Session, tenant_id: str) -> int:
    feed = session.get(WebhookFeed, tenant_id)
    return feed.last_no if feed is not None else 0


def _locked(session: Session, context: OperationContext, webhook_id: str) -> Webhook:
    row = session.get(Webhook, (context.tenant_id, webhook_id), with_for_update=True)
    if row is None:
        raise AppError(ErrorCode.NOT_FOUND, webhook=webhook_id)
    return row


def _try_now(row: Webhook, context: OperationContext) -> None:
    row.state, row.attempt_count, row.failing_since = ACTIVE, 0, None
    row.next_try_at, row.claim, row.claimed_until = context.now(), None, None


def _note(
    session: Session,
    context: OperationContext,
    action: str,
    webhook_id: str,
    wanted: WantedWebhook | None = None,
    **details: str | int | None,
) -> None:
    if wanted is not None:
        # The host alone: the path of an address may hold a key.
        details |= {"host": host_of(wanted.url), "kinds": _kinds(wanted)}
    context.note(session, AuditEntry(action, webhook_id, details=details))


def host_of(url: str) -> str:
    """Return the host of an address."""
    return url.split("/")[2] if url.count("/") > 1 else ""
