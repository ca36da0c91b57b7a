"""The sync engine: a state machine without I/O. `step(event)` returns the effects to perform.

Clock, randomness, ids and store are handed in; nothing here opens a socket, sleeps or starts a thread.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from field178_mobile.ports import Clock, Json
from field178_mobile.replication.answer import AnswerReader
from field178_mobile.replication.backoff import Backoff
from field178_mobile.replication.events import (
    AnswerEnded,
    AnswerLine,
    DeviceSessionOpened,
    Effect,
    Event,
    Failure,
    FailureKind,
    FollowKeys,
    HangUp,
    Obey,
    OpenDeviceSession,
    Phase,
    Send,
    SendAhead,
    StateChanged,
    SyncMessage,
    SyncState,
    Tick,
    Wait,
    Wake,
    WakeReason,
)
from field178_mobile.replication.frames import AnswerFault, Hello, NotOurAnswer
from field178_mobile.replication.push_queue import PushQueue
from field178_mobile.replication.recovery import RecoveryQueue, judged
from field178_mobile.replication.request import Identity, Load, SentRequest, build_exchange
from field178_mobile.replication.telemetry import StatusReporter
from field178_mobile.store.outbox import in_flight
from field178_mobile.store.outbox.changes import State
from field178_mobile.store.outbox.receipt_digests import receipt_buckets
from field178_mobile.store.photos.undeliverable import note_server
from field178_mobile.store.replication import (
    apply_answer,
    incarnation,
    mass_deletion_guard,
    repair,
    server_state,
    tombstones,
)
from field178_mobile.store.replication.checkpoint import SyncCheckpoint, read_checkpoint
from field178_mobile.store.replication.lost_scopes import drop_lost_scopes
from field178_mobile.store.replication.server_state import StoredRoot
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.vault.model import Enrolment
from field178_shared.device_orders import SignedOrder
from field178_shared.device_status import KeyProtection
from field178_shared.time.clock import from_wire

HEALING_ROUNDS = 10
# The buckets of a scope need up to 12 kB of a request, and hashes do not compress.
SCOPES_A_REPAIR = 4
IDLE_WAIT_S = 300.0
# Battery: while nothing changes on either side and nobody uses the tablet, exchanges are rare.
AGREED_WAIT_S = 1800.0
REFUSED_WAIT_S = 3600.0
# A list of 10,000 establishments takes 80 ms of a fast core to draw: once a page it would block the screens.
REPORT_EVERY_S = 5.0

MESSAGES = {
    FailureKind.NO_NETWORK: SyncMessage.NO_NETWORK,
    FailureKind.UNREACHABLE: SyncMessage.UNREACHABLE,
    FailureKind.CUT: SyncMessage.UNREACHABLE,
    FailureKind.UNEXPECTED: SyncMessage.UNREACHABLE,
    FailureKind.PORTAL: SyncMessage.PORTAL,
    FailureKind.NOT_OUR_SERVER: SyncMessage.NOT_OUR_SERVER,
    FailureKind.CERTIFICATE: SyncMessage.NOT_OUR_SERVER,
    FailureKind.SERVER_ERROR: SyncMessage.SERVER_ERROR,
    FailureKind.BUSY: SyncMessage.SERVER_BUSY,
    FailureKind.SERVER_FULL: SyncMessage.SERVER_FULL,
    FailureKind.STORE_UNAVAILABLE: SyncMessage.STORE_UNAVAILABLE,
    FailureKind.UPGRADE: SyncMessage.UPGRADE_NEEDED,
    # Even after a new sign-in: the office no longer accepts this tablet.
    FailureKind.SESSION: SyncMessage.REFUSED,
    FailureKind.FORBIDDEN: SyncMessage.REFUSED,
    # The server could not read the request: an error of the program, not a refusal of the tablet.
    FailureKind.REFUSED: SyncMessage.SERVER_ERROR,
    FailureKind.TOO_LARGE: SyncMessage.SERVER_ERROR,
}


@dataclass(frozen=True, slots=True)
class World:
    """Services of the engine.

    `stopwatch` returns monotonic seconds; `free_mb` returns the free space, `key_store` what protects the
    data key, None if unknown.
    """

    clock: Clock
    randomness: random.Random
    new_incarnation: Callable[[], str]
    stopwatch: Callable[[], float]
    free_mb: Callable[[], int | None] = lambda: None
    key_store: Callable[[], KeyProtection | None] = lambda: None


class SyncEngine:
    """Keeps tablet and server in agreement; one exchange at a time."""

    def __init__(self, store: SyncStore, identity: Identity, world: World) -> None:
        self._store = store
        self._identity = identity
        self._clock = world.clock
        self._backoff = Backoff(world.randomness)
        self._queue = PushQueue(store)
        self._recovery = RecoveryQueue(store)
        self._new_incarnation = world.new_incarnation
        self._reporter = StatusReporter(
            world.free_mb, lambda: store.read(server_state.own_counts), world.key_store
        )
        self._exchange: SentRequest | None = None
        self._answer: AnswerReader | None = None
        self._stopwatch = world.stopwatch
        self._sent_at = self._on_its_way_s = self._reported_at = 0.0
        self._signed_in = False
        self._sign_ins = 0
        self._ahead: tuple[datetime, bytes] | None = None
        self._healing_rounds = 0
        self._repair_failed = False
        self.state = SyncState()

    def trust(self, enrolment: Enrolment) -> None:
        """Use the keys of the office that the tablet follows by now."""
        self._identity = replace(self._identity, enrolment=enrolment)

    def step(self, event: Event) -> list[Effect]:
        """Handle one event and return the effects, in order."""
        if isinstance(event, AnswerLine):
            # Most lines are rows, parsed and verified on this thread: the database thread is used at
            # checkpoints only.
            return self._on_line(event.data)
        return self._store.turn(lambda: self._on(event))

    def _on(self, event: Wake | Tick | DeviceSessionOpened | AnswerEnded | Failure) -> list[Effect]:
        match event:
            case Wake(reason):
                return self._on_wake(reason)
            case Tick():
                return self._begin() if self.state.phase in (Phase.IDLE, Phase.WAITING) else []
            case DeviceSessionOpened(order):
                self._signed_in = True
                return [*_obedience(order, is_final=False), *self._send()]
            case AnswerEnded():
                return self._on_answer_ended()
            case Failure():
                return self._on_failure(event)

    def _on_wake(self, reason: WakeReason) -> list[Effect]:
        if self.state.phase in (Phase.SIGNING_IN, Phase.EXCHANGING):
            return []
        if reason in (WakeReason.USER, WakeReason.NETWORK, WakeReason.START):
            self._backoff.reset()
            self._queue.retry_isolated()
        elif self.state.phase is Phase.WAITING and reason in (WakeReason.SAVE, WakeReason.TOUCH):
            # A wake shortens neither a wait requested by the server nor a missing network.
            return []
        return self._begin()

    def _begin(self) -> list[Effect]:
        self._healing_rounds, self._sign_ins, self._ahead = 0, 0, None
        self.state = replace(self.state, pushed=0, received=0)
        self._store.write(incarnation.enter_device, self._identity.device)
        if self._signed_in:
            return self._send()
        return self._sign_in()

    def _sign_in(self) -> list[Effect]:
        self._signed_in = False
        self._sign_ins += 1
        return [self._show(Phase.SIGNING_IN, SyncMessage.WORKING), OpenDeviceSession()]

    def _send(self) -> list[Effect]:
        checkpoint = self._store.read(read_checkpoint)
        if checkpoint.released:
            self._store.write(mass_deletion_guard.let_go_released)
            checkpoint = self._store.read(read_checkpoint)
        load = self._next_load(checkpoint)
        pushed = load.pushed
        if pushed:
            # Before the first byte: after a crash these count as perhaps received.
            self._store.write(
                in_flight.mark_sent, [change.id for change in pushed if change.state is State.PENDING]
            )
        identity = replace(self._identity, device_status=self._reporter.news(checkpoint, len(pushed)))
        self._exchange = self._request(identity, checkpoint, load)
        self._answer = AnswerReader(self._store, self._exchange, self._new_incarnation)
        self._sent_at = self._stopwatch()
        return [self._show(Phase.EXCHANGING, SyncMessage.WORKING), Send(self._exchange.body)]

    def _request(self, identity: Identity, checkpoint: SyncCheckpoint, load: Load) -> SentRequest:
        """Return the request; the one posted ahead if that asked for the same."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            at, body = ahead
            again = build_exchange(identity, checkpoint, load, at)
            if again.body == body:
                return again
        return build_exchange(identity, checkpoint, load, self._clock.now())

    def _ask_ahead(self, answer: AnswerReader, exchange: SentRequest) -> list[Effect]:
        """Request the next page of a load before the last rows of this page are committed.

        Not when the page moved a cursor: the server keeps the cursors of requests, and a compaction relies on
        rows up to there being committed. A load's lower bound it does not keep.
        """
        if answer.end is None or not answer.end.more or not exchange.load.is_empty:
            return []
        checkpoint = self._store.read(read_checkpoint)
        upcoming = answer.upcoming(checkpoint)
        has_moved = any(
            row.cursor and row.cursor != upcoming.scopes[scope].cursor
            for scope, row in checkpoint.scopes.items()
        )
        must_do_else = upcoming.differing or upcoming.withheld_at or upcoming.open_changes
        if has_moved or must_do_else or not upcoming.is_loading:
            return []
        now = self._clock.now()
        body = build_exchange(self._identity, upcoming, Load(), now).body
        self._ahead = now, body
        return [SendAhead(body)]

    def _next_load(self, checkpoint: SyncCheckpoint) -> Load:
        receipts, differing = checkpoint.receipt_scope, checkpoint.differing
        if receipts in differing and not self._repair_failed:
            # First, so that the server has its lost changes before newer ones and before scopes are compared.
            # Until its answer is whole and right, own changes go first: a repair that fails delays none.
            self._repair_failed = True
            return Load(repair=self._repairs(checkpoint, [receipts]))
        pushed = self._queue.next_batch()
        if pushed:
            return Load(pushed)
        return Load(
            divergent=self._recovery.next_batch(self._queue.size_bytes),
            repair=self._repairs(checkpoint, differing[:SCOPES_A_REPAIR]),
        )

    def _repairs(self, checkpoint: SyncCheckpoint, scopes: Sequence[str]) -> dict[str, Json]:
        repairs: dict[str, Json] = {}
        for scope in scopes:
            if scope == checkpoint.receipt_scope:
                digests = self._store.read(receipt_buckets)
            else:
                digests = self._store.read(repair.bucket_digests, scope)
            repairs[scope] = {name: digest.wire() for name, digest in digests.items()}
        return repairs

    def _on_line(self, data: bytes) -> list[Effect]:
        answer, exchange = self._answer, self._exchange
        if answer is None or exchange is None:
            return []
        first = answer.hello is None
        try:
            answer.feed(data)
            hello = answer.hello
            if first and hello is not None:
                # The request has been sent; the duration of the answer does not affect the size of the next
                # request.
                self._on_its_way_s = self._stopwatch() - self._sent_at
                return self._store.turn(lambda: self._on_hello(hello, exchange))
            if answer.stopped:
                return [HangUp(), *self._on_stopped(answer, exchange)]
            if answer.end is not None:
                return self._ask_ahead(answer, exchange)
        except NotOurAnswer:
            return [HangUp(), *self._fail(Failure(FailureKind.NOT_OUR_SERVER))]
        except AnswerFault:
            return [HangUp(), *self._fail(Failure(FailureKind.CUT))]
        return []

    def _on_hello(self, hello: Hello, exchange: SentRequest) -> list[Effect]:
        if not hello.speaks_ours:
            return [HangUp(), *self._fail(Failure(FailureKind.UPGRADE))]
        server_time = from_wire(hello.now)
        if server_time is not None:
            self._store.write(server_state.note_clock, _milliseconds(self._clock.now(), server_time))
        if not hello.agreed:
            self._store.set_in_sync(False)
            if not hello.pull_refused:
                self._store.write(note_server, hello.server)
            if exchange.checkpoint.epoch not in (None, hello.greeting.epoch):
                self._store.write(repair.enter_epoch, hello.greeting.epoch)
        # First the keys: they verify the order and the root.
        keys: list[Effect] = [FollowKeys(hello.keys)] if hello.keys else []
        if not hello.pull_refused:
            self._check_history(hello)
        return [*keys, *_obedience(hello.order, is_final=True)]

    def _check_history(self, hello: Hello) -> None:
        stored = self._store.read(server_state.stored_root)
        keys = self._identity.receipt_keys_after(hello.keys)
        root = judged(stored, hello, keys)
        if root != stored and (stored, root) != (None, StoredRoot(root.epoch)):
            self._store.write(server_state.store_root, root)

    def _on_answer_ended(self) -> list[Effect]:
        answer, exchange = self._answer, self._exchange
        if answer is None or exchange is None:
            return []
        answer.close()
        if answer.hello is None or answer.end is None:
            return self._fail(Failure(FailureKind.CUT))
        self._answer, self._exchange = None, None
        pushed, received = self.state.pushed + len(exchange.pushed), self.state.received + answer.received
        self.state = replace(self.state, pushed=pushed, received=received)
        self._reporter.acknowledged()
        if exchange.checkpoint.receipt_scope in exchange.repair:
            self._repair_failed = not answer.receipts_repaired
        self._queue.answered(exchange, self._on_its_way_s)
        self._sign_ins = 0
        now = self._clock.now()
        if answer.hello.agreed or answer.hello.pull_refused:
            # Such an answer contains no scopes, receipts or notices.
            self._store.write(server_state.note_agreement, now)
        else:
            if not (answer.end.more and self.state.total and answer.stored_greeting):
                # Inside a load the checkpoint of the page has stored the greeting; one more commit a page
                # would be a tenth of the load.
                self._store.write(apply_answer.finish_exchange, answer.hello.greeting, now)
            self._store.commit(drop_lost_scopes, answer.hello.greeting.granted)
            self._recovery.settle(exchange.load.divergent, answer.recovered)
        if answer.receipts_verified:
            self._store.prune()
        self._store.write(tombstones.expire_tombstones, answer.hello.greeting.at_s)
        return self._next(answer, exchange, now)

    def _on_stopped(self, answer: AnswerReader, exchange: SentRequest) -> list[Effect]:
        # Changes are still pushed, and rows of a scope that is no longer granted are still deleted.
        answer.close()
        self._answer, self._exchange = None, None
        self._backoff.reset()
        if answer.hello is not None:
            self._store.commit(drop_lost_scopes, answer.hello.greeting.granted)
        if answer.moved_on and self._queue.has_next:
            return self._send()
        self.state = replace(self.state, in_sync=False)
        return [self._end(Phase.IDLE, SyncMessage.MASS_REMOVAL), Wait(IDLE_WAIT_S)]

    def _next(self, answer: AnswerReader, exchange: SentRequest, now: datetime) -> list[Effect]:
        assert answer.hello is not None
        assert answer.end is not None
        hello, checkpoint = answer.hello, self._store.read(read_checkpoint)
        # New epoch, shortfall, mismatch and lost scopes leave marks in the checkpoint: one more round.
        must_go_on = not hello.pull_refused and self._must_go_on(answer, checkpoint)
        if must_go_on and not (answer.moved_on or exchange.has_changed(checkpoint)):
            # Without this check a connection that replays old answers would be used forever without a pause.
            return self._fail(Failure(FailureKind.CUT))
        self._backoff.reset()
        if must_go_on:
            self._report_load(is_loading=answer.end.more)
            self.state = replace(self.state, stored=checkpoint.live_records, total=answer.end.records)
            return self._send()
        agreed = answer.is_verified
        is_closed = checkpoint.is_revoked or checkpoint.needs_sign_in
        stopped = hello.pull_refused or is_closed or checkpoint.isolated_changes > 0
        in_sync = agreed and checkpoint.is_settled and not stopped
        self._store.set_in_sync(in_sync)
        self.state = replace(self.state, last_success_at=now, in_sync=in_sync)
        wait_s = AGREED_WAIT_S if hello.agreed and in_sync else IDLE_WAIT_S
        return [self._end(Phase.IDLE, self._closing_message(hello, checkpoint, in_sync)), Wait(wait_s)]

    def _report_load(self, *, is_loading: bool) -> None:
        """Report the first page of a load at once, the others together every few seconds and at its end."""
        now = self._stopwatch()
        if not is_loading:
            self._store.report_changes()
        elif not self.state.total or now - self._reported_at >= REPORT_EVERY_S:
            self._store.report_changes()
            self._store.hold_changes()
            self._reported_at = now

    def _must_go_on(self, answer: AnswerReader, checkpoint: SyncCheckpoint) -> bool:
        more = answer.end is not None and answer.end.more
        if answer.mismatched or not (more or answer.moved_on):
            self._healing_rounds += 1
        if self._healing_rounds > HEALING_ROUNDS:
            # Digests that do not meet after so many readings need a person; the next timer tries again.
            return False
        # Withheld deletions may now be applied: the server sends them again from the cursor.
        more = more or bool(checkpoint.released)
        has_more = self._queue.has_next or self._recovery.has_next
        return more or bool(checkpoint.differing) or has_more

    def _closing_message(self, hello: Hello, checkpoint: SyncCheckpoint, in_sync: bool) -> SyncMessage:
        if checkpoint.is_revoked:
            return SyncMessage.REVOKED
        if checkpoint.needs_sign_in:
            return SyncMessage.SIGN_IN
        if hello.pull_refused:
            return SyncMessage.UPGRADE_NEEDED if hello.order is None else SyncMessage.CLOSED
        if in_sync:
            return SyncMessage.IN_SYNC
        if checkpoint.asks:
            return SyncMessage.MASS_REMOVAL
        if checkpoint.isolated_changes:
            return SyncMessage.NEEDS_FIX
        return SyncMessage.UNSENT if checkpoint.open_changes else SyncMessage.CHECKING

    def _on_failure(self, failure: Failure) -> list[Effect]:
        if self._answer is not None:
            self._answer.close()
        if failure.kind is FailureKind.SESSION and self._sign_ins < 2:
            # The data is kept; a session costs one challenge.
            return self._sign_in()
        exchange, answer = self._exchange, self._answer
        pushed: Sequence[object] = exchange.pushed if exchange is not None else ()
        if exchange is not None and pushed and self._queue.learn(failure, exchange):
            self._signed_in = True
            return self._send()
        if exchange is not None and self._recovery.learn(failure, exchange.load.divergent):
            return self._send()
        if answer is not None and answer.made_progress:
            self._backoff.reset()
        return self._fail(failure)

    def _fail(self, failure: Failure) -> list[Effect]:
        if self._answer is not None:
            self._answer.close()
        self._answer, self._exchange = None, None
        if failure.kind is FailureKind.SESSION:
            self._signed_in = False
        message = MESSAGES[failure.kind]
        self._store.write(server_state.note_error, message.value)
        lasting = failure.kind in (FailureKind.UPGRADE, FailureKind.FORBIDDEN, FailureKind.REFUSED)
        seconds = REFUSED_WAIT_S if lasting else self._backoff.next_wait(failure.retry_after_s)
        return [self._end(Phase.WAITING, message, seconds), Wait(seconds)]

    def _end(self, phase: Phase, message: SyncMessage, retry_in_s: float | None = None) -> StateChanged:
        """Show how an attempt has ended."""
        self._store.report_changes()
        self._show(phase, message)
        ended = self.state.ended + 1
        self.state = replace(self.state, retry_in_s=retry_in_s, total=0, ended=ended, outcome=message)
        return StateChanged(self.state)

    def _show(self, phase: Phase, message: SyncMessage) -> StateChanged:
        self.state = replace(self.state, phase=phase, message=message, retry_in_s=None)
        return StateChanged(self.state)


def _obedience(order: SignedOrder | None, *, is_final: bool) -> list[Effect]:
    return [] if order is None else [Obey(order, is_final)]


def _milliseconds(device: datetime, server: datetime) -> int:
    return round((device - server).total_seconds() * 1000)
