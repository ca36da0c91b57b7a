"""One exchange: changes up in a write transaction, then verdicts and changes down from one snapshot."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from field178_server.audit import hash_chain, trail
from field178_server.audit.witness import HistoryCheck, history_of, witness
from field178_server.database.engine import write_lock
from field178_server.database.failpoints import CrashPoint, failpoint
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices import heartbeat
from field178_server.devices.context import DeviceContext, load_devices
from field178_server.devices.heartbeat import Heartbeat
from field178_server.records.batch import Batch
from field178_server.replication import divergent_records, number_blocks
from field178_server.replication.notices import NoticeNow, notices_now
from field178_server.replication.notices import to_wire as to_wire_notice
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.pull.frames import Frames
from field178_server.replication.pull.pull import TabletState, add_changes
from field178_server.replication.pull.scope_state import Receipts, ScopeNow, epoch_of, receipts_of, scopes_now
from field178_server.replication.push.push import ChangeResult, needs_second_look, push
from field178_server.replication.quarantine import reprocess
from field178_server.replication.receipts import queries as verdicts
from field178_server.replication.receipts.frames import result, results
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock, to_wire
from field178_shared.wire.canonical import state_hash
from field178_shared.wire.protocol import MAX_ANSWER_BYTES, VERSION, Change, SyncRequest

# Of one answer, so that records have their place beside the verdicts.
MAX_VERDICT_BYTES = MAX_ANSWER_BYTES // 2

SERVER = importlib.metadata.version("field178")


@dataclass(frozen=True, slots=True)
class Exchange:
    """The exchange of one tenant's store."""

    engine: Engine
    tenant_id: str
    clock: Clock
    ids: IdSource
    rules: TypeRules
    failpoint: CrashPoint = failpoint
    # The oldest and the newest protocol that is answered with records.
    served: tuple[int, int] = (VERSION, VERSION)

    def answer(self, device_id: str, request: SyncRequest, protocol: int = VERSION) -> list[bytes]:
        """Store what was pushed, then return the answer in parts; every transaction is closed by then.

        Of a tablet whose protocol is no longer served the changes are taken as ever, and nothing is sent but
        their receipts.
        """
        seen = Heartbeat(self.clock.now(), request.app, request.now, request.about, request.cursors)
        pushed = (device_id, request.incarnation, request.push, seen)
        answers = self.take_in(*pushed) if request.push else []
        if protocol < self.served[0]:
            return self._refuse_pull(answers)
        salvaged = self._keep(device_id, request.salvage) if request.salvage else []
        reading, parts = self._told(device_id, request, ProcessedChanges(answers, salvaged), seen.at)
        if not request.push and heartbeat.is_due(reading.device, seen):
            run_write(self.engine, lambda session: heartbeat.note(session, self.tenant_id, device_id, seen))
        if reading.witness.alarm != reading.device.root_alarm:
            self._note_root(device_id, request.root.index, reading.witness)
        self.failpoint("answer")
        return parts

    def take_in(
        self, device_id: str, incarnation: str, changes: Sequence[Change], seen: Heartbeat | None = None
    ) -> list[ChangeResult]:
        """Store changes of a tablet, pushed (`seen`) or come another way; whole or not at all."""

        def work(session: Session) -> list[ChangeResult]:
            batch = Batch(session, self.tenant_id, self.clock, self.ids)
            device = _device(session, self.tenant_id, device_id, lock=True)
            if seen is not None:
                heartbeat.note(session, self.tenant_id, device.id, seen)
            self.failpoint("push.begin")
            answers = push(batch, device, incarnation, changes, self.rules)
            self.failpoint("push.commit")
            return answers

        answers = run_write(self.engine, work)
        # From here on the changes are durable: whatever happens to the answer, a repeat gets the same one.
        self.failpoint("push.done")
        if write_lock(self.engine) is None and needs_second_look(answers):
            self._run_missed_orphans(change.record_id for change in changes)
        return answers

    def _keep(self, device_id: str, sent: Sequence[object]) -> list[str]:
        def work(session: Session) -> list[str]:
            return divergent_records.keep(session, self.tenant_id, device_id, sent, self.clock.now())

        return run_write(self.engine, work)

    def _note_root(self, device_id: str, seen: int, found: HistoryCheck) -> None:
        stamp = trail.Stamp(self.tenant_id, self.ids.time_ordered(), self.clock.now())
        shown = found.shown.index if found.shown is not None else 0
        run_write(
            self.engine,
            lambda session: hash_chain.note_alarm(session, stamp, device_id, found.alarm, seen, shown),
        )

    def _told(
        self, device_id: str, request: SyncRequest, taken: ProcessedChanges, now: datetime
    ) -> tuple[Reading, list[bytes]]:
        with snapshot(self.engine) as session:
            device = _device(session, self.tenant_id, device_id)
            if not number_blocks.due(session, self.tenant_id, device, request.incarnation, now):
                return self._read(session, device, request, taken)
        self._lease_numbers(device_id, request.incarnation)
        with snapshot(self.engine) as session:
            device = _device(session, self.tenant_id, device_id)
            return self._read(session, device, request, taken)

    def _lease_numbers(self, device_id: str, incarnation: str) -> None:
        def work(session: Session) -> None:
            batch = Batch(session, self.tenant_id, self.clock, self.ids)
            device = _device(session, self.tenant_id, device_id, lock=True)
            number_blocks.lease(batch, device, incarnation)
            batch.flush()

        run_write(self.engine, work)

    def _run_missed_orphans(self, record_ids: Iterable[str]) -> None:
        # Two transactions at once: one stored an orphan, the other made its record, neither saw the other.
        # Whichever commits last finds both here.
        def work(session: Session) -> int:
            batch = Batch(session, self.tenant_id, self.clock, self.ids)
            return reprocess.run_orphans(batch, self.rules, record_ids)

        run_write(self.engine, work)

    def _read(
        self, session: Session, device: DeviceContext, request: SyncRequest, taken: ProcessedChanges
    ) -> tuple[Reading, list[bytes]]:
        history = history_of(session, self.tenant_id)
        epoch = history.epoch
        scopes = scopes_now(session, self.tenant_id, device.scopes)
        lives = (request.incarnation, *request.incarnations)
        receipts = receipts_of(session, self.tenant_id, device.id, lives, request.formerly)
        told_to = (self.tenant_id, self.clock.now(), device.id, device.users)
        notices = [] if device.is_closed else notices_now(session, *told_to)
        found = witness(session, self.tenant_id, history, request)
        reading = Reading(device, epoch, scopes, receipts, notices, found)
        frames = Frames()
        if _is_agreed(request, reading):
            news = {"root": found.to_wire()} if found.is_behind else {}
            frames.add("hello", {**self._greeting(epoch), "agreed": True, **news})
            return reading, _ended(frames, more=False)
        missing = verdicts.missing_changes(session, self.tenant_id, request.have)
        told = results(request, taken.answers, epoch)
        heard, later = self._later_verdicts(session, request, reading, taken.answers)
        # The tablet keeps this count, and asks again from there.
        hello = {**self._hello(reading, missing), "verdicts": heard}
        frames.add("hello", {**self._greeting(epoch), **hello})
        for members in told.frames:
            frames.add("res", members)
        frames.add_all(later)
        if request.salvage:
            frames.add("salvaged", {"ids": taken.salvaged})
        held = TabletState(
            request.cursors,
            request.floors,
            request.epoch,
            request.want,
            request.repair,
            request.max_records,
            own=told.own,
        )
        more = add_changes(session, self.tenant_id, scopes, held, epoch, frames)
        return reading, _ended(frames, more=more or heard < device.verdicts)

    def _refuse_pull(self, answers: Sequence[ChangeResult]) -> list[bytes]:
        with snapshot(self.engine) as session:
            epoch = epoch_of(session, self.tenant_id)
        frames = Frames()
        frames.add("hello", {**self._greeting(epoch), "pull": "refused"})
        for answer in answers:
            frames.add("res", result(answer))
        return _ended(frames, more=False)

    def _greeting(self, epoch: str) -> dict[str, object]:
        return {"protocol": list(self.served), "epoch": epoch, "now": to_wire(self.clock.now())}

    def _hello(self, reading: Reading, missing: list[str]) -> dict[str, object]:
        hello: dict[str, object] = {
            "scopes": [scope.scope for scope in reading.scopes],
            "receipts": {life: held.digest.wire() for life, held in reading.receipts.items()},
            "backed_up": {life: held.backed_up for life, held in reading.receipts.items()},
            "missing": missing,
            "notices": [to_wire_notice(one) for one in reading.notices],
            "types": {name: list(type_.versions) for name, type_ in self.rules.types.items()},
            "server": SERVER,
            "root": reading.witness.to_wire(),
        }
        if reading.device.needs_sign_in:
            return {**hello, "sign_in": True}
        return {**hello, "revoked": True} if reading.device.revoked else hello

    def _later_verdicts(
        self, session: Session, request: SyncRequest, reading: Reading, answers: Sequence[ChangeResult]
    ) -> tuple[int, Frames]:
        """Return the verdicts not heard yet, as many as one answer holds, and the count heard with them."""
        frames, count = Frames(), reading.device.verdicts
        # A verdict may have changed again between the push and this snapshot: then it is told once more.
        told = {answer.receipt.v: answer.receipt.change_id for answer in answers}
        unheard = count - request.verdicts
        if unheard <= sum(1 for v in told if v > request.verdicts):
            return count, frames
        device = reading.device
        for receipt, is_others in verdicts.later_verdicts(
            session, self.tenant_id, device.id, request.verdicts
        ):
            if frames.size_bytes >= MAX_VERDICT_BYTES:
                return receipt.v - 1, frames
            if told.get(receipt.v) != receipt.change_id:
                is_hidden = device.revoked or (is_others and receipt.scope not in device.scopes)
                frames.add("res", result(ChangeResult(receipt, is_hidden)))
        return count, frames


@dataclass(frozen=True, slots=True)
class ProcessedChanges:
    """What this request has put into the store."""

    answers: Sequence[ChangeResult]
    salvaged: Sequence[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one snapshot says about a tablet and its scopes."""

    device: DeviceContext
    epoch: str
    scopes: list[ScopeNow]
    receipts: dict[str, Receipts]
    notices: list[NoticeNow]
    witness: HistoryCheck


def _device(session: Session, tenant_id: str, device_id: str, *, lock: bool = False) -> DeviceContext:
    found = load_devices(session, tenant_id, [device_id], lock=lock).get(device_id)
    if found is None:
        raise AppError(ErrorCode.SESSION_UNKNOWN)
    return found


def _is_agreed(request: SyncRequest, reading: Reading) -> bool:
    """Tell whether tablet and server agree on everything, by one hash (protocol §8)."""
    asks = request.push or request.have or request.want or request.repair or request.salvage
    if request.state is None or asks or reading.device.is_closed or not reading.witness.settled:
        return False
    return request.state == state_hash(
        reading.epoch,
        reading.device.verdicts,
        [(life, held.digest, held.backed_up) for life, held in reading.receipts.items()],
        [notice.notice_id for notice in reading.notices],
        [(scope.scope, scope.seq, scope.live) for scope in reading.scopes],
    )


def _ended(frames: Frames, *, more: bool) -> list[bytes]:
    frames.add("end", {"frames": frames.count + 1, "more": more})
    frames.close_part()
    return frames.parts
