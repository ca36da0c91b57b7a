"""One exchange in four steps: receive, process, read, answer; at most one transaction each."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field178_server.audit import hash_chain, trail
from field178_server.audit.history_check import HistoryCheck, check_history, history_of
from field178_server.database.engine import write_lock
from field178_server.database.failpoints import CrashPoint, failpoint
from field178_server.database.fast.pipeline import pipelined
from field178_server.database.unit_of_work import run_write, snapshot, unit_of_work
from field178_server.devices import heartbeat, orders
from field178_server.devices.context import DeviceContext, in_session, load_device, load_devices
from field178_server.devices.heartbeat import Heartbeat
from field178_server.records.batch import Batch
from field178_server.replication import divergent_records, number_blocks
from field178_server.replication.notices import NoticeNow, note_delivered, notices_now
from field178_server.replication.notices import to_wire as to_wire_notice
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.policy.subjects import subjects_of
from field178_server.replication.pull.frames import Frames
from field178_server.replication.pull.pull import TabletState, add_changes
from field178_server.replication.pull.scope_state import ScopeNow, epoch_of, scopes_now
from field178_server.replication.push.group_commit import GroupCommit, WaitingPush
from field178_server.replication.push.push import (
    ChangeResult,
    TabletPush,
    needs_second_pass,
    push_together,
    result,
    results,
)
from field178_server.replication.quarantine import reprocess
from field178_shared.crypto.key_chain import KeyAnnouncement, KeyKind
from field178_shared.device_orders import OrderKind, SignedOrder
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock, to_wire
from field178_shared.wire.canonical import state_hash
from field178_shared.wire.protocol import (
    LEASE_DAYS,
    ROWS_PER_CHECKPOINT,
    VERSION,
    Change,
    SyncRequest,
    receipt_scope,
)

# Limit of the records in an answer to a push while other pushes wait, or were stored together with it.
RECORDS_IN_A_RUSH = ROWS_PER_CHECKPOINT
PUSHES_OF_A_RUSH = 4

SERVER = importlib.metadata.version("field178")


@dataclass(frozen=True, slots=True)
class Received:
    """A received request, its heartbeat and its device.

    `device` is None if the request pushes changes: then the device is loaded under its lock.
    """

    device_id: str
    request: SyncRequest
    seen: Heartbeat
    is_pull_refused: bool
    generation: int | None
    device: DeviceContext | None = None
    may_lack_numbers: bool = False

    @property
    def must_store(self) -> bool:
        """Return whether the exchange needs a write transaction before its answer is read."""
        return bool(self.request.push or self.divergent_records or self.may_lack_numbers)

    @property
    def divergent_records(self) -> Sequence[object]:
        """The divergent records of the tablet; none if its pull is refused."""
        return () if self.is_pull_refused else self.request.divergent_records


@dataclass(frozen=True, slots=True)
class ReceivedPush:
    """The changes of a tablet; `received` is None if they did not arrive in an exchange."""

    device_id: str
    incarnation: str
    changes: Sequence[Change]
    received: Received | None

    def waiting(self) -> WaitingPush[ReceivedPush, Processed]:
        """Return the push as an entry of the queue."""
        ids = {id_ for change in self.changes for id_ in (change.change_id, change.record_id)}
        keys = frozenset((self.device_id, *ids, *subjects_of(self.changes)))
        return WaitingPush(self, len(self.changes), keys)


@dataclass(frozen=True, slots=True)
class Processed:
    """Result of the request's write transaction."""

    answers: Sequence[ChangeResult] = ()
    stored_ids: Sequence[str] = ()
    is_rush: bool = False


@dataclass(frozen=True, slots=True)
class ExchangeState:
    """A tablet and its scopes in one snapshot."""

    device: DeviceContext
    epoch: str
    scopes: list[ScopeNow]
    notices: list[NoticeNow]
    history_check: HistoryCheck

    @property
    def live_records(self) -> int:
        """Number of live records in the granted scopes, without the receipts."""
        receipts = receipt_scope(self.device.id)
        return sum(scope.live.count for scope in self.scopes if scope.scope != receipts)


@dataclass(frozen=True, slots=True)
class OrderedTablet:
    """A tablet and its standing order; `is_delivered`: an earlier answer had the order."""

    device: DeviceContext
    order: SignedOrder
    is_delivered: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The frames of an answer without its `end`; `state` is None if the pull is refused.

    `is_agreed`: tablet and server have the same state (protocol §8). `ordered`: the order of the tablet.
    """

    frames: Frames
    more: bool
    state: ExchangeState | None = None
    is_agreed: bool = False
    ordered: OrderedTablet | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """The exchange of one tenant's store."""

    engine: Engine
    tenant_id: str
    clock: Clock
    ids: IdSource
    rules: TypeRules
    failpoint: CrashPoint = failpoint
    # The oldest and the newest protocol version that can pull records.
    served: tuple[int, int] = (VERSION, VERSION)
    # Groups the pushes of the requests of one process; None: each push has its own transaction.
    pushes: GroupCommit[ReceivedPush, Processed] | None = None
    lease_days: int = LEASE_DAYS
    announcements: Sequence[KeyAnnouncement] = ()

    def run(
        self, device_id: str, request: SyncRequest, protocol: int = VERSION, generation: int | None = None
    ) -> list[bytes]:
        """Store the pushed changes, then return the answer in parts; all transactions are closed before.

        `generation`: that of the tablet's session, which has expired if the tenant's differs.
        A tablet with an unsupported protocol can still push changes; its answer has only their receipts.
        """
        with snapshot(self.engine) as session:
            received = self.receive(session, device_id, request, protocol, generation)
            if received.must_store:
                session.rollback()  # the next read MUST see the rows stored by `process`
            processed = self.process(received)
            reading = self.read(session, received, processed)
        return self.answer(received, reading)

    def receive(
        self,
        session: Session,
        device_id: str,
        request: SyncRequest,
        protocol: int,
        generation: int | None,
    ) -> Received:
        """Load the tablet and check whether number blocks are due; with a push `process` loads the tablet."""
        seen = Heartbeat(
            self.clock.now(),
            request.app,
            request.now,
            request.device_status,
            request.cursors,
            request.keys,
            self._pins(request.keys),
        )
        received = Received(device_id, request, seen, protocol < self.served[0], generation)
        if request.push or received.is_pull_refused:
            return replace(received, may_lack_numbers=not received.is_pull_refused)
        device = load_device(session, self.tenant_id, device_id, generation)
        lacking = number_blocks.due(session, self.tenant_id, device, request.incarnation, seen.at)
        return replace(received, device=device, may_lack_numbers=bool(lacking))

    def process(self, received: Received) -> Processed:
        """Store changes, number blocks and divergent records in one transaction."""
        if received.request.push:
            return self._push(
                received.device_id, received.request.incarnation, received.request.push, received
            )
        if received.must_store:
            return run_write(
                self.engine, lambda session: Processed((), self._store_blocks_and_copies(session, received))
            )
        return Processed()

    def read(self, session: Session, received: Received, processed: Processed) -> Reading:
        """Return the frames of receipts and records for the tablet, read from one snapshot."""
        if received.is_pull_refused:
            return self._refuse_pull(session, processed)
        # Without a push the device has not changed since `receive`.
        device = received.device or load_device(session, self.tenant_id, received.device_id)
        if device.order_number is not None:
            return self._obey(session, received, processed, device)
        state = self._state(session, device, received.request)
        if not self._lacking(received.request) and _is_agreed(received.request, state):
            return self._agree(state)
        return self._differ(received.request, processed, state)

    def answer(self, received: Received, reading: Reading) -> list[bytes]:
        """Store heartbeat, root alarm and delivered notices, and return the whole answer in parts."""
        if reading.ordered is not None:
            self._store_delivery(received, reading.ordered, has_contact=reading.state is not None)
        if reading.state is not None:
            self._store_contact(received, reading.state, is_agreed=reading.is_agreed)
        self.failpoint("answer")
        frames = reading.frames
        # A tablet that loads many pages can show how far it is; other answers save the bytes.
        total = {"records": reading.state.live_records} if reading.more and reading.state is not None else {}
        frames.add("end", {"frames": frames.count + 1, "more": reading.more, **total})
        frames.close_part()
        return frames.parts

    def take_in(self, device_id: str, incarnation: str, changes: Sequence[Change]) -> Sequence[ChangeResult]:
        """Store changes of a tablet that did not arrive in an exchange, in one transaction."""
        return self._push(device_id, incarnation, changes).answers

    def _push(
        self,
        device_id: str,
        incarnation: str,
        changes: Sequence[Change],
        received: Received | None = None,
    ) -> Processed:
        push = ReceivedPush(device_id, incarnation, changes, received)
        if self.pushes is None:
            return self._store_pushes([push])[0]
        return self.pushes.run(push.waiting(), self._store_pushes)

    def _store_pushes(self, pushes: Sequence[ReceivedPush]) -> list[Processed]:
        """Store the pushes of several tablets in one transaction, in their order.

        Repeatable: if it fails after the commit, the same pushes get the same receipts.
        """

        def work(session: Session) -> list[Processed]:
            with pipelined(session.connection()):
                return enter_and_push(session)

        def enter_and_push(session: Session) -> list[Processed]:
            batch = Batch(session, self.tenant_id, self.clock, self.ids)
            devices = load_devices(session, self.tenant_id, [push.device_id for push in pushes], lock=True)
            entered = [self._enter(session, push, devices.get(push.device_id)) for push in pushes]
            self.failpoint("push.begin")
            answers = push_together(batch, entered, self.rules)
            stored_ids = [
                () if push.received is None else self._store_blocks_and_copies(session, push.received, device)
                for push, device in zip(pushes, (push.device for push in entered), strict=True)
            ]
            self.failpoint("push.commit")
            is_rush = len(pushes) >= PUSHES_OF_A_RUSH
            return [Processed(*parts, is_rush) for parts in zip(answers, stored_ids, strict=True)]

        if len(pushes) == 1:
            processed = run_write(self.engine, work)
        else:
            # Not repeated as a whole: `GroupCommit` runs each push alone.
            with unit_of_work(self.engine) as session:
                processed = work(session)
        # The changes are durable here: if the answer is lost, a repeated request gets the same receipts.
        self.failpoint("push.done")
        if write_lock(self.engine) is None:
            self._run_missed_orphans(
                change.record_id
                for push, stored in zip(pushes, processed, strict=True)
                if needs_second_pass(stored.answers)
                for change in push.changes
            )
        return processed

    def _enter(self, session: Session, push: ReceivedPush, locked: DeviceContext | None) -> TabletPush:
        """Check the session of a locked tablet and store its heartbeat if it is due."""
        received = push.received
        device = in_session(locked, None if received is None else received.generation)
        if received is not None and heartbeat.is_due(device, received.seen):
            heartbeat.note(session, self.tenant_id, device.id, received.seen)
        return TabletPush(device, push.incarnation, push.changes)

    def _store_blocks_and_copies(
        self, session: Session, received: Received, locked: DeviceContext | None = None
    ) -> Sequence[str]:
        """Lease the number blocks that are due and store the divergent records; return their ids."""
        device_id, request = received.device_id, received.request
        if received.may_lack_numbers:
            batch = Batch(session, self.tenant_id, self.clock, self.ids)
            device = locked or load_device(session, self.tenant_id, device_id, lock=True)
            number_blocks.lease(batch, device, request.incarnation)
            batch.flush()
        if not received.divergent_records:
            return ()
        at = received.seen.at
        return divergent_records.keep(session, self.tenant_id, device_id, received.divergent_records, at)

    def _run_missed_orphans(self, record_ids: Iterable[str]) -> None:
        # Of two concurrent transactions one stored an orphan and the other its record; neither saw the other.
        # MUST be a new transaction after the commit: the one that commits last sees both.
        missed = sorted(set(record_ids))

        def work(session: Session) -> int:
            batch = Batch(session, self.tenant_id, self.clock, self.ids)
            return reprocess.run_orphans(batch, self.rules, missed)

        if missed:
            run_write(self.engine, work)

    def _store_delivery(self, received: Received, ordered: OrderedTablet, *, has_contact: bool) -> None:
        """Store that the answer brings an order, and the heartbeat of a tablet that reads nothing.

        Raises AppError(busy) if the order was withdrawn since: the tablet asks again.
        """
        device, seen = ordered.device, received.seen
        is_due = not (has_contact or received.request.push) and heartbeat.is_due(device, seen)
        if ordered.is_delivered and not is_due:
            return

        def work(session: Session) -> None:
            if not orders.note_delivered(session, self.tenant_id, device.id, ordered.order.number, seen.at):
                raise AppError(ErrorCode.BUSY)
            if is_due:
                heartbeat.note(session, self.tenant_id, device.id, seen)

        run_write(self.engine, work)

    def _store_contact(self, received: Received, state: ExchangeState, *, is_agreed: bool) -> None:
        """Write the heartbeat (unless the push did), a changed root alarm, and the delivered notices."""
        device, check, seen = state.device, state.history_check, received.seen
        is_due = not received.request.push and heartbeat.is_due(device, seen)
        is_news = check.alarm != device.root_alarm
        # The agreed hash contains all notice ids: the tablet has all notices.
        new_notices = [notice.notice_id for notice in state.notices if is_agreed and not notice.is_delivered]
        if not (is_due or is_news or new_notices):
            return
        stamp = trail.Stamp(self.tenant_id, self.ids.time_ordered(), self.clock.now())
        shown = check.shown.index if check.shown is not None else 0

        def work(session: Session) -> None:
            if is_due:
                heartbeat.note(session, self.tenant_id, device.id, seen)
            if is_news:
                index = received.request.root.index
                hash_chain.note_alarm(session, stamp, device.id, check.alarm, index, shown)
            if new_notices:
                note_delivered(session, self.tenant_id, device.id, new_notices, seen.at)

        run_write(self.engine, work)

    def _state(self, session: Session, device: DeviceContext, request: SyncRequest) -> ExchangeState:
        history = history_of(session, self.tenant_id)
        return ExchangeState(
            device=device,
            epoch=history.epoch,
            scopes=scopes_now(session, self.tenant_id, device),
            notices=[]
            if device.is_closed
            else notices_now(session, self.tenant_id, self.clock.now(), device),
            history_check=check_history(session, self.tenant_id, history, request),
        )

    def _obey(
        self, session: Session, received: Received, processed: Processed, device: DeviceContext
    ) -> Reading:
        """Return the answer to a tablet with an order: until it is opened again, no record leaves."""
        standing = orders.standing_order(session, self.tenant_id, device.id)
        if standing is None:  # withdrawn since the tablet was loaded
            return self._refuse_pull(session, processed)
        order, is_delivered = standing
        ordered = OrderedTablet(device, order, is_delivered)
        member = {"order": order.to_wire(), **self._lacking(received.request)}
        if order.kind is OrderKind.OPEN:
            state = self._state(session, device, received.request)
            reading = self._differ(received.request, processed, state, member)
        else:
            reading = self._refuse_pull(session, processed, {**member, **_revoked(device)})
        return replace(reading, ordered=ordered)

    def _refuse_pull(
        self, session: Session, processed: Processed, more: Mapping[str, object] = MappingProxyType({})
    ) -> Reading:
        frames = Frames()
        greeting = self._greeting(epoch_of(session, self.tenant_id))
        frames.add("hello", {**greeting, "pull": "refused", **more})
        for answer in processed.answers:
            frames.add("res", result(answer))
        return Reading(frames, more=False)

    def _agree(self, state: ExchangeState) -> Reading:
        frames = Frames()
        news = {"root": state.history_check.to_wire()} if state.history_check.is_behind else {}
        frames.add("hello", {**self._greeting(state.epoch), "agreed": True, **news})
        return Reading(frames, False, state, is_agreed=True)

    def _differ(
        self,
        request: SyncRequest,
        processed: Processed,
        state: ExchangeState,
        more: Mapping[str, object] = MappingProxyType({}),
    ) -> Reading:
        frames, epoch = Frames(), state.epoch
        result_frames = results(request, processed.answers, epoch)
        frames.add("hello", {**self._greeting(epoch), **self._hello(state), **self._lacking(request), **more})
        for members in result_frames.frames:
            frames.add("res", members)
        if request.divergent_records:
            frames.add("salvaged", {"ids": processed.stored_ids})
        tablet = TabletState(
            request.cursors,
            request.below,
            request.epoch,
            request.repair,
            self._max_records(request, processed),
            own=result_frames.own,
        )
        return Reading(frames, add_changes(state.scopes, tablet, epoch, frames), state)

    def _max_records(self, request: SyncRequest, processed: Processed) -> int:
        """Return the limit of records: few after a push while other tablets wait for their receipts."""
        is_busy = self.pushes is not None and self.pushes.is_busy
        is_rush = processed.is_rush or (bool(request.push) and is_busy)
        return min(request.max_records, RECORDS_IN_A_RUSH) if is_rush else request.max_records

    def _lacking(self, request: SyncRequest) -> dict[str, object]:
        """Return the member with the announcements of keys that the tablet does not follow yet."""
        lacking = [item.to_wire() for item in self.announcements if item.number > request.keys]
        return {"keys": lacking} if lacking else {}

    def _pins(self, number: int) -> str | None:
        """Return the TLS pins of a tablet that follows so many announcements, None without any."""
        pins = [item.key for item in self.announcements if item.kind is KeyKind.TLS and item.number <= number]
        return pins[-1] if pins else None

    def _greeting(self, epoch: str) -> dict[str, object]:
        return {"protocol": list(self.served), "epoch": epoch, "now": to_wire(self.clock.now())}

    def _hello(self, state: ExchangeState) -> dict[str, object]:
        hello: dict[str, object] = {
            "scopes": [scope.scope for scope in state.scopes],
            "backed_up": state.device.backed_up,
            "notices": [to_wire_notice(notice) for notice in state.notices],
            "server": SERVER,
            "root": state.history_check.to_wire(),
        }
        if self.lease_days != LEASE_DAYS:
            hello["lease_days"] = self.lease_days
        if state.device.needs_sign_in:
            return {**hello, "sign_in": True}
        return {**hello, **_revoked(state.device)}


def _revoked(device: DeviceContext) -> dict[str, object]:
    return {"revoked": True} if device.revoked else {}


def _is_agreed(request: SyncRequest, state: ExchangeState) -> bool:
    """Return whether tablet and server have the same state, by one hash (protocol §8)."""
    has_work = request.push or request.repair or request.divergent_records
    if request.state is None or has_work or state.device.is_closed or not state.history_check.settled:
        return False
    return request.state == state_hash(
        state.epoch,
        state.device.backed_up,
        [notice.notice_id for notice in state.notices],
        [(scope.scope, scope.seq, scope.live) for scope in state.scopes],
    )
