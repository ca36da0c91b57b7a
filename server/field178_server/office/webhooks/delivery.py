"""Delivery of events: one thread collects them, and a thread for each receiver sends them."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.failpoints import failpoint
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.webhooks import attempts, collection, queries, signature
from field178_server.office.webhooks.attempts import AfterAttempt, Attempt, ClaimedWebhook
from field178_server.office.webhooks.events import EventMessage, message_of, test_message
from field178_server.office.webhooks.http_post import PostFailed, PostLimits, post
from field178_server.office.webhooks.signature import secret_box
from field178_server.runtime import Runtime
from field178_server.security.secret_box import SecretLostError
from field178_server.settings import Settings
from field178_shared.codelists import load
from field178_shared.errors import AppError
from field178_shared.time.clock import Clock, SystemClock, duration_clock

LOOK_EVERY_S = 3.0
# Most events sent under one claim; then another process may claim the webhook.
_AT_ONCE = 50
_DROP_EVERY = timedelta(hours=1)
_TEST_S = 8.0

log = structlog.get_logger()

Stopped = Callable[[Session, OperationContext, str], None]


def _notify_nobody(_session: Session, _context: OperationContext, _name: str) -> None:
    """Ignore that a webhook was stopped: the default for `notify_stopped`."""


@dataclass(slots=True)
class WebhookSender:
    """Collector and sender of a store's events; among several processes a claim gives each webhook to one.

    `notify_stopped` notifies officers of a stopped webhook, in the transaction that stops it. Messages have
    the timestamp of the machine's clock, not of a demo's clock: receivers compare it with their clocks.
    """

    runtime: Runtime
    notify_stopped: Stopped = _notify_nobody
    clock: Clock = field(default_factory=SystemClock)
    chance: Callable[[], float] = random.random
    _dropped_at: datetime | None = None

    def has_work(self) -> bool:
        """Return whether there are webhooks."""
        with snapshot(self.runtime.engine) as session:
            return collection.is_begun(session, self.runtime.tenant_id)

    def collect(self) -> int:
        """Collect the events of all changes; return the number of steps."""
        runtime, steps = self.runtime, 0
        with snapshot(runtime.engine) as session:
            if collection.is_collected(session, runtime.tenant_id):
                return 0
        while run_write(runtime.engine, lambda session: collection.collect_step(session, runtime.tenant_id)):
            steps += 1
        return steps + 1

    def due(self) -> list[str]:
        """Return the ids of the webhooks with events to send now."""
        with snapshot(self.runtime.engine) as session:
            return queries.due(session, self.runtime.tenant_id, self.runtime.clock.now())

    def send_to(self, webhook_id: str) -> int:
        """Send the waiting events of a webhook in order until a refusal; return how many were accepted."""
        runtime = self.runtime
        claim_id, box = runtime.ids.random(), secret_box(runtime.keyring)
        claimed = run_write(
            runtime.engine,
            lambda session: attempts.claim(session, self._context(), box, webhook_id, claim_id),
        )
        if claimed is None:
            return 0
        with snapshot(runtime.engine) as session:
            waiting = attempts.next_messages(session, runtime.tenant_id, claimed, _AT_ONCE)
        messages, taken = deque(waiting.messages), 0
        while messages:
            if self._deliver(claimed, messages) is not AfterAttempt.NEXT:
                return taken
            taken += 1
        run_write(
            runtime.engine,
            lambda session: attempts.release(session, runtime.tenant_id, claimed, waiting.upto),
        )
        return taken

    def drop_old(self) -> None:
        """Delete old events and attempts, once an hour."""
        now = self.runtime.clock.now()
        if self._dropped_at is None or now - self._dropped_at >= _DROP_EVERY:
            run_write(
                self.runtime.engine,
                lambda session: attempts.drop_old(session, self.runtime.tenant_id, now),
            )
            self._dropped_at = now

    def _deliver(self, claimed: ClaimedWebhook, messages: deque[EventMessage]) -> AfterAttempt:
        """Send the first message; if the receiver may refuse only this message, send the next one as well."""
        refused = self._attempt(claimed, messages.popleft())
        has_next = bool(messages)
        follows = self._noted(
            claimed,
            lambda session, context: attempts.note_attempt(
                session, context, claimed, refused, self.chance(), has_next=has_next
            ),
        )
        if follows is not AfterAttempt.PASS_OVER:
            return follows
        attempt = self._attempt(claimed, messages.popleft())
        return self._noted(
            claimed,
            lambda session, context: attempts.note_passing_over(session, context, claimed, refused, attempt),
        )

    def _attempt(self, claimed: ClaimedWebhook, message: EventMessage) -> Attempt:
        attempt = attempted(claimed, message, limits_of(self.runtime.settings), self.clock)
        # After a crash here the message is sent again with the same id: at least once.
        failpoint("webhook.taken")
        if attempt.failed is not None:
            log.warning(
                "webhook_not_taken",
                webhook=claimed.webhook_id,
                number=message.event_no,
                reason=attempt.failed.reason.value,
                status=attempt.status,
            )
        return attempt

    def _noted(
        self, claimed: ClaimedWebhook, note: Callable[[Session, OperationContext], AfterAttempt]
    ) -> AfterAttempt:
        def work(session: Session) -> AfterAttempt:
            context = self._context()
            follows = note(session, context)
            if follows is AfterAttempt.STOPPED:
                self.notify_stopped(session, context, claimed.name)
            return follows

        return run_write(self.runtime.engine, work)

    def _context(self) -> OperationContext:
        runtime = self.runtime
        return OperationContext(runtime.tenant_id, runtime.clock, runtime.ids, load(), Actor("system"))


def attempted(claimed: ClaimedWebhook, message: EventMessage, limits: PostLimits, clock: Clock) -> Attempt:
    """Send a message once and return the outcome."""
    head = signature.headers(claimed.secrets, message.event_id, clock.now(), message.body)
    begun = duration_clock()
    failed: PostFailed | None = None
    status = 0
    try:
        status = post(claimed.url, message.body, head, limits)
    except PostFailed as error:
        failed, status = error, error.status
    return Attempt(message, int((duration_clock() - begun) * 1000), status, failed)


def send_test(runtime: Runtime, context: OperationContext, webhook_id: str) -> Attempt:
    """Send a test message to a webhook in any state, and return the outcome."""
    with snapshot(runtime.engine) as session:
        row = queries.webhook(session, runtime.tenant_id, webhook_id).webhook
        secrets = attempts.secrets_of(row, secret_box(runtime.keyring), runtime.clock.now())
    claimed = ClaimedWebhook(webhook_id, "", row.name, row.url, secrets)
    message = test_message(runtime.ids.random(), runtime.clock.now())
    attempt = attempted(claimed, message, limits_of(runtime.settings, _TEST_S), SystemClock())
    run_write(runtime.engine, lambda session: attempts.note_test(session, context, webhook_id, attempt))
    return attempt


def send_again(runtime: Runtime, context: OperationContext, webhook_id: str, event_no: int) -> Attempt:
    """Send a message that was passed over again, unchanged, and return the outcome.

    Raises AppError(not_found) if it is not passed over, or if its event was deleted.
    """
    with snapshot(runtime.engine) as session:
        row = queries.webhook(session, runtime.tenant_id, webhook_id).webhook
        message = message_of(queries.refused_event(session, runtime.tenant_id, webhook_id, event_no))
        secrets = attempts.secrets_of(row, secret_box(runtime.keyring), runtime.clock.now())
    claimed = ClaimedWebhook(webhook_id, "", row.name, row.url, secrets)
    attempt = attempted(claimed, message, limits_of(runtime.settings, _TEST_S), SystemClock())
    run_write(runtime.engine, lambda session: attempts.note_sent_again(session, context, webhook_id, attempt))
    return attempt


def limits_of(settings: Settings, whole_s: float | None = None) -> PostLimits:
    """Return the limits of messages: private hosts, trusted authorities and timeouts."""
    limits = PostLimits(settings.private_hosts, settings.webhook_ca)
    if whole_s is None:
        return limits
    return PostLimits(limits.hosts, limits.authorities, whole_s / 2, whole_s)


@contextmanager
def webhooks_running(
    runtime: Runtime, notify_stopped: Stopped = _notify_nobody, look_every_s: float = LOOK_EVERY_S
) -> Iterator[None]:
    """Collect and send events in threads while the block lasts; a slow receiver does not delay others."""
    is_over, sender = threading.Event(), WebhookSender(runtime, notify_stopped)
    pool = _Receivers(sender, is_over)

    def run() -> None:
        while not is_over.wait(look_every_s):
            try:
                if sender.has_work():
                    sender.collect()
                    pool.send(sender.due())
                    sender.drop_old()
            except (SQLAlchemyError, AppError, OSError) as error:
                # The store is unavailable or busy: claimed webhooks become due again after their lease.
                log.warning("webhooks_not_run", error=type(error).__name__)

    thread = threading.Thread(target=run, name="webhooks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()


class _Receivers:
    """Sending threads, at most one for each receiver, started when there are events to send."""

    def __init__(self, sender: WebhookSender, is_over: threading.Event) -> None:
        self._sender = sender
        self._is_over = is_over
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def send(self, webhook_ids: list[str]) -> None:
        """Start a thread for each of these webhooks that has none."""
        for webhook_id in webhook_ids:
            with self._lock:
                if webhook_id in self._busy:
                    continue
                self._busy.add(webhook_id)
            threading.Thread(target=self._run, args=(webhook_id,), name="webhook", daemon=True).start()

    def _run(self, webhook_id: str) -> None:
        try:
            while not self._is_over.is_set() and self._sender.send_to(webhook_id):
                pass
        except (SQLAlchemyError, AppError, OSError, SecretLostError) as error:
            log.warning("webhook_not_run", webhook=webhook_id, error=type(error).__name__)
        finally:
            with self._lock:
                self._busy.discard(webhook_id)
