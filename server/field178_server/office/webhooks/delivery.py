"""Delivery of events: one thread collects them, and each receiver is sent to by a thread of its own."""

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
from field178_server.office.webhooks import collection, operations, queries, signature
from field178_server.office.webhooks.events import EventMessage, message_of, test_message
from field178_server.office.webhooks.http_post import PostFailed, PostLimits, post
from field178_server.office.webhooks.operations import AfterAttempt, Attempt, ClaimedWebhook
from field178_server.office.webhooks.signature import SecretBox, SecretLostError
from field178_server.runtime import Runtime
from field178_server.settings import Settings
from field178_shared.codelists import load
from field178_shared.errors import AppError
from field178_shared.time.clock import Clock, SystemClock, duration_clock

LOOK_EVERY_S = 3.0
# So many events under one claim; then others may take it up.
_AT_ONCE = 50
_DROP_EVERY = timedelta(hours=1)
_TEST_S = 8.0

log = structlog.get_logger()

Stopped = Callable[[Session, OperationContext, str], None]


def _tell_nobody(_session: Session, _context: OperationContext, _name: str) -> None:
    """Say nothing about a webhook that is stopped."""


@dataclass(slots=True)
class WebhookSender:
    """Collects and sends the events of one store; several processes may, each webhook is claimed by one.

    `tell_stopped` says to people that a webhook was given up, in the transaction that stops it. Messages are
    stamped by the machine's own clock, whatever a demo's: receivers check them by theirs.
    """

    runtime: Runtime
    tell_stopped: Stopped = _tell_nobody
    clock: Clock = field(default_factory=SystemClock)
    chance: Callable[[], float] = random.random
    _dropped_at: datetime | None = None

    def has_work(self) -> bool:
        """Tell whether there are webhooks: a store without any is only asked for them."""
        with snapshot(self.runtime.engine) as session:
            return collection.is_begun(session, self.runtime.tenant_id)

    def collect(self) -> int:
        """Write down the events of what changed; return how many steps it took."""
        runtime, steps = self.runtime, 0
        with snapshot(runtime.engine) as session:
            if collection.is_collected(session, runtime.tenant_id):
                return 0
        while run_write(runtime.engine, lambda session: collection.collect_step(session, runtime.tenant_id)):
            steps += 1
        return steps + 1

    def due(self) -> list[str]:
        """Return the webhooks to send to now."""
        with snapshot(self.runtime.engine) as session:
            return queries.due(session, self.runtime.tenant_id, self.runtime.clock.now())

    def send_to(self, webhook_id: str) -> int:
        """Send to one webhook what waits, in order, until it is refused; return how many were taken."""
        runtime = self.runtime
        claim_id, box = runtime.ids.random(), SecretBox(runtime.keyring)
        claimed = run_write(
            runtime.engine,
            lambda session: operations.claim(session, self._context(), box, webhook_id, claim_id),
        )
        if claimed is None:
            return 0
        with snapshot(runtime.engine) as session:
            waiting = operations.next_messages(session, runtime.tenant_id, claimed, _AT_ONCE)
        messages, taken = deque(waiting.messages), 0
        while messages:
            if self._deliver(claimed, messages) is not AfterAttempt.NEXT:
                return taken
            taken += 1
        run_write(
            runtime.engine,
            lambda session: operations.release(session, runtime.tenant_id, claimed, waiting.upto),
        )
        return taken

    def drop_old(self) -> None:
        """Delete once an hour what is past its time."""
        now = self.runtime.clock.now()
        if self._dropped_at is None or now - self._dropped_at >= _DROP_EVERY:
            run_write(
                self.runtime.engine,
                lambda session: operations.drop_old(session, self.runtime.tenant_id, now),
            )
            self._dropped_at = now

    def _deliver(self, claimed: ClaimedWebhook, messages: deque[EventMessage]) -> AfterAttempt:
        """Send the first message; where it alone may be refused, the one behind it as well."""
        refused = self._attempt(claimed, messages.popleft())
        has_next = bool(messages)
        follows = self._noted(
            claimed,
            lambda session, context: operations.note_attempt(
                session, context, claimed, refused, self.chance(), has_next=has_next
            ),
        )
        if follows is not AfterAttempt.PASS_OVER:
            return follows
        attempt = self._attempt(claimed, messages.popleft())
        return self._noted(
            claimed,
            lambda session, context: operations.note_passing_over(
                session, context, claimed, refused, attempt
            ),
        )

    def _attempt(self, claimed: ClaimedWebhook, message: EventMessage) -> Attempt:
        attempt = attempted(claimed, message, limits_of(self.runtime.settings), self.clock)
        # Killed here, it is sent again under the same id: at least once.
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
                self.tell_stopped(session, context, claimed.name)
            return follows

        return run_write(self.runtime.engine, work)

    def _context(self) -> OperationContext:
        runtime = self.runtime
        return OperationContext(runtime.tenant_id, runtime.clock, runtime.ids, load(), Actor("system"))


def attempted(claimed: ClaimedWebhook, message: EventMessage, limits: PostLimits, clock: Clock) -> Attempt:
    """Send one message once, and return what became of it."""
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
    """Send a test to a webhook at once, in whatever state it is, and return what became of it."""
    with snapshot(runtime.engine) as session:
        row = queries.webhook(session, runtime.tenant_id, webhook_id).webhook
        secrets = operations.secrets_of(row, SecretBox(runtime.keyring), runtime.clock.now())
    claimed = ClaimedWebhook(webhook_id, "", row.name, row.url, secrets)
    message = test_message(runtime.ids.random(), runtime.clock.now())
    attempt = attempted(claimed, message, limits_of(runtime.settings, _TEST_S), SystemClock())
    run_write(runtime.engine, lambda session: operations.note_test(session, context, webhook_id, attempt))
    return attempt


def send_again(runtime: Runtime, context: OperationContext, webhook_id: str, event_no: int) -> Attempt:
    """Send a message that was passed over at once, as it was, and return what became of it.

    Raises AppError(not_found) for one that is not passed over, or whose event is kept no more.
    """
    with snapshot(runtime.engine) as session:
        row = queries.webhook(session, runtime.tenant_id, webhook_id).webhook
        message = message_of(queries.refused_event(session, runtime.tenant_id, webhook_id, event_no))
        secrets = operations.secrets_of(row, SecretBox(runtime.keyring), runtime.clock.now())
    claimed = ClaimedWebhook(webhook_id, "", row.name, row.url, secrets)
    attempt = attempted(claimed, message, limits_of(runtime.settings, _TEST_S), SystemClock())
    run_write(
        runtime.engine, lambda session: operations.note_sent_again(session, context, webhook_id, attempt)
    )
    return attempt


def limits_of(settings: Settings, whole_s: float | None = None) -> PostLimits:
    """Return where messages of a server may go, and how long one may take."""
    limits = PostLimits(settings.private_hosts, settings.webhook_ca)
    if whole_s is None:
        return limits
    return PostLimits(limits.hosts, limits.authorities, whole_s / 2, whole_s)


@contextmanager
def webhooks_running(
    runtime: Runtime, tell_stopped: Stopped = _tell_nobody, look_every_s: float = LOOK_EVERY_S
) -> Iterator[None]:
    """Collect and send beside the requests while the block lasts; a slow receiver holds up nobody else."""
    is_over, sender = threading.Event(), WebhookSender(runtime, tell_stopped)
    pool = _Receivers(sender, is_over)

    def run() -> None:
        while not is_over.wait(look_every_s):
            try:
                if sender.has_work():
                    sender.collect()
                    pool.send(sender.due())
                    sender.drop_old()
            except (SQLAlchemyError, AppError, OSError) as error:
                # A store that is away or busy: what was claimed is taken up again after its lease.
                log.warning("webhooks_not_run", error=type(error).__name__)

    thread = threading.Thread(target=run, name="webhooks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()


class _Receivers:
    """The threads that send, one a receiver at most, begun when there is something to send."""

    def __init__(self, sender: WebhookSender, is_over: threading.Event) -> None:
        self._sender = sender
        self._is_over = is_over
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def send(self, webhook_ids: list[str]) -> None:
        """Begin to send to these webhooks, but to those that a thread sends to already."""
        for one in webhook_ids:
            with self._lock:
                if one in self._busy:
                    continue
                self._busy.add(one)
            threading.Thread(target=self._run, args=(one,), name="webhook", daemon=True).start()

    def _run(self, webhook_id: str) -> None:
        try:
            while not self._is_over.is_set() and self._sender.send_to(webhook_id):
                pass
        except (SQLAlchemyError, AppError, OSError, SecretLostError) as error:
            log.warning("webhook_not_run", webhook=webhook_id, error=type(error).__name__)
        finally:
            with self._lock:
                self._busy.discard(webhook_id)
