"""Taking changes in: known or not, judged, applied to the working set; the bulk writes come at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server import database
from field178_server.models import Change as ChangeRow
from field178_server.models import Device, Quarantine, Tenant
from field178_server.models.base import table_of
from field178_server.services import admission, incarnations, ledger, waiting
from field178_server.services.batch import Act, Batch
from field178_server.services.conflicts import conflicts_of, settle, with_dispute
from field178_server.services.device_context import DeviceContext, load_devices
from field178_server.services.judge import Case, Outcome, judge_known, judge_new, quarantined
from field178_server.services.ledger import Entry
from field178_server.services.stored import Stored
from field178_server.services.type_rules import TypeRules
from field178_server.services.waiting import Waiting
from field178_shared.clock import from_wire
from field178_shared.errors import ErrorCode
from field178_shared.protocol import Change, Op, Status

_PAYLOAD_KEY = select(Tenant.payload_key).where(Tenant.tenant_id == bindparam("tenant_id"))
_MAKERS = select(ChangeRow.record_id, ChangeRow.rev, ChangeRow.device_id).where(
    ChangeRow.tenant_id == bindparam("tenant_id"),
    ChangeRow.record_id.in_(bindparam("record_ids", expanding=True)),
    ChangeRow.rev.is_not(None),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One pushed change with its canonical bytes and their keyed hash, computed once."""

    change: Change
    body: bytes
    hash: str


class Intake:
    """Judges changes one after the other on one batch; tablets MUST be locked before records."""

    def __init__(self, batch: Batch, rules: TypeRules, devices: Iterable[DeviceContext]) -> None:
        self._batch = batch
        self._rules = rules
        self._devices = {device.id: device for device in devices}
        self._known: dict[str, Entry] = {}
        self._reused: dict[tuple[str, str], Entry] = {}
        self._judged: dict[str, Entry] = {}
        self._parked: dict[tuple[str, str], Waiting] = {}
        self._orphans: defaultdict[str, list[Waiting]] = defaultdict(list)
        self._mendable: dict[str, Waiting] = {}
        self._mended: set[tuple[str, str, str]] = set()
        self._makers: defaultdict[str, dict[int, str | None]] = defaultdict(dict)

    def prepare(self, pushed: Sequence[Sent]) -> None:
        """Read all that judging these changes needs, in as many statements for one as for all."""
        session, tenant_id = self._batch.session, self._batch.tenant_id
        self._known = ledger.find_entries(session, tenant_id, [sent.change.change_id for sent in pushed])
        fresh = [sent for sent in pushed if sent.change.change_id not in self._known]
        if not fresh:
            return
        self.await_orphans(sent.change.record_id for sent in fresh if sent.change.create)
        self.await_mended(sent.change for sent in fresh)
        self.load(sent.change for sent in fresh)

    def await_orphans(self, record_ids: Iterable[str]) -> None:
        """Find changes that wait for records which may appear now, and lock the tablets they came from."""
        wanted = sorted(set(record_ids))
        if not wanted:
            return
        found = waiting.find_orphans(self._batch.session, self._batch.tenant_id, wanted)
        for one in found:
            self._orphans[one.change.record_id].append(one)
        self.lock_devices(one.entry.device_id for one in found)

    def await_mended(self, changes: Iterable[Change]) -> None:
        """Find what waits for the records of changes that mend something."""
        records = sorted({change.record_id for change in changes if change.replaces})
        if not records:
            return
        condition = Quarantine.record_id.in_(records)
        found = waiting.find_waiting(self._batch.session, self._batch.tenant_id, condition)
        self._mendable |= {one.change.change_id: one for one in found}
        # Run again together, a change and the one that mends it: the later word stands for both.
        for one in found:
            mended = set(one.change.replaces) - {one.change.change_id}
            self._mended |= {(one.entry.device_id, one.change.record_id, other) for other in mended}

    def lock_devices(self, device_ids: Iterable[str]) -> None:
        """Lock and read tablets that are not at hand yet."""
        absent = set(device_ids) - set(self._devices)
        if absent:
            session, tenant_id = self._batch.session, self._batch.tenant_id
            self._devices |= load_devices(session, tenant_id, absent, lock=True)

    def load(self, changes: Iterable[Change]) -> None:
        """Lock and read the records of changes; for deletes, also who made their revisions."""
        listed = list(changes)
        self._batch.load(change.record_id for change in listed)
        deleted = sorted({change.record_id for change in listed if change.op == Op.DELETE})
        if not deleted:
            return
        wanted = {"tenant_id": self._batch.tenant_id, "record_ids": deleted}
        rows = self._batch.session.execute(_MAKERS, wanted)
        for record_id, rev, device_id in rows:
            if rev is not None:
                self._makers[record_id][rev] = device_id

    def take(self, sent: Sent, device: DeviceContext, incarnation: str) -> Entry:
        """Return the verdict on a pushed change: the stored one when it is known, else a new one."""
        change = sent.change
        known = self._known.get(change.change_id)
        if known is not None and known.payload_hash == sent.hash:
            return known
        entry = self._new_entry(sent, device, incarnation)
        if known is not None:
            return self._take_reused(sent, entry)
        self._known[change.change_id] = entry
        outcome, scope = self._judge(change, len(sent.body), device)
        self._carry_out(Waiting(change, entry, sent.body.decode(), ""), outcome, scope)
        return entry

    def take_again(self, one: Waiting) -> bool:
        """Judge a quarantined change once more; False when nothing about it has changed."""
        device = self._devices.get(one.entry.device_id)
        judged = self._judged.get(one.change.change_id)
        if device is None or (judged is not None and not judged.is_quarantined):
            return False  # its tablet is gone, or its record appeared and took it along already
        if (device.id, one.change.record_id, one.change.change_id) in self._mended:
            return False
        outcome, scope = self._judge(one.change, len(one.payload.encode()), device)
        reason = outcome.reason.value if outcome.reason is not None else None
        same_details = outcome.details == {k: v for k, v in one.entry.details.items() if k != "at"}
        if one.entry.is_quarantined and reason == one.entry.reason and same_details:
            return False
        self._carry_out(one, outcome, scope)
        return True

    def flush(self) -> None:
        """Write records, verdicts, quarantine and counters."""
        batch = self._batch
        seqs = batch.flush()
        for entry in self._judged.values():
            record = None if entry.is_quarantined else batch.get(entry.record_id)
            entry.seq = None if record is None else seqs.get(entry.record_id, record.seq)
        fresh = [entry for entry in self._judged.values() if not entry.is_stored]
        self._count_verdicts()
        incarnations.add_receipts(batch.session, batch.tenant_id, fresh)
        ledger.write_entries(batch.session, batch.tenant_id, self._judged.values())
        waiting.write_waiting(batch.session, batch.tenant_id, self._parked.values(), batch.now)

    def _new_entry(self, sent: Sent, device: DeviceContext, incarnation: str) -> Entry:
        change = sent.change
        # A time that is no time is stored as it is, and said so.
        is_time = "at" not in change.wire or from_wire(change.at) is not None
        return Entry(
            change_id=change.change_id,
            device_id=device.id,
            incarnation=incarnation,
            n=change.n,
            record_id=change.record_id,
            payload_hash=sent.hash,
            at=self._batch.now,
            details={} if is_time else {"at": [ErrorCode.BAD_TIME.value]},
        )

    def _take_reused(self, sent: Sent, entry: Entry) -> Entry:
        key = (entry.change_id, entry.payload_hash)
        if key not in self._reused:
            stored = waiting.find_reused(self._batch.session, self._batch.tenant_id, *key)
            ledger.conclude(entry, quarantined(ErrorCode.ID_REUSE), sent.change.scope, self._batch.now)
            self._reused[key] = entry
            if stored is None:
                self._parked[key] = Waiting(sent.change, entry, sent.body.decode(), "")
            else:
                entry.v, entry.at, entry.incarnation = stored
        return self._reused[key]

    def _judge(self, change: Change, size_bytes: int, device: DeviceContext) -> tuple[Outcome, str]:
        """Return the outcome and the scope it is filed under."""
        record = self._batch.get(change.record_id)
        # A record in a scope that was not granted is as unknown: its scope MUST NOT show either.
        seen = record if record is not None and record.scope in device.scopes else None
        scope = seen.scope if seen is not None else change.scope
        if (refused := admission.refusal(change, size_bytes, device, self._rules)) is not None:
            return refused, scope
        case = Case(
            self._rules.types[change.type],
            self._rules,
            is_locked=seen is not None and self._batch.is_locked(change.record_id),
            has_seen_newer=seen is not None and self._made_newer(change, seen, device),
            conflicts=conflicts_of(self._batch, change.record_id) if change.op == Op.RESOLVE else (),
        )
        if seen is not None:
            return judge_known(change, seen, case), scope
        return _judge_unseen(change, device, case, is_hidden=record is not None), scope

    def _made_newer(self, change: Change, record: Stored, device: DeviceContext) -> bool:
        """Tell whether there are newer revisions than the one seen, all made by this very tablet."""
        if change.op != Op.DELETE or not 0 < change.base_rev < record.rev:
            return False
        makers = self._makers[record.record_id]
        return all(makers.get(rev) == device.id for rev in range(change.base_rev + 1, record.rev + 1))

    def _carry_out(self, one: Waiting, outcome: Outcome, scope: str) -> None:
        change, entry, batch = one.change, one.entry, self._batch
        ledger.conclude(entry, outcome, scope, batch.now)
        self._judged[entry.change_id] = entry
        key = (entry.change_id, entry.payload_hash)
        if entry.is_quarantined:
            self._parked[key] = replace(one, reason=entry.reason or "")
            if entry.reason == ErrorCode.ORPHAN:
                self._orphans[change.record_id].append(self._parked[key])
            return
        if entry.is_stored:
            self._parked[key] = one
        else:
            self._parked.pop(key, None)
        self._apply(one, outcome)
        for mended in change.replaces:
            self._replace(mended, entry)
        if outcome.record is not None and outcome.record.rev == 1:
            self._run_orphans(change.record_id)

    def _apply(self, one: Waiting, outcome: Outcome) -> None:
        change, entry, batch = one.change, one.entry, self._batch
        act = Act(change.change_id, change.user or None, entry.device_id, change.at or None, one.payload)
        if outcome.record is not None:
            batch.put(outcome.record, act)
            self._makers[change.record_id][outcome.record.rev] = entry.device_id
        else:
            batch.note(change.record_id, act)
        record = batch.get(change.record_id)
        assert record is not None
        entry.rev, entry.h = record.rev, record.h
        for dispute in outcome.disputes:
            batch.put(with_dispute(batch.get, record, change, entry.device_id, dispute))
        if change.op == Op.RESOLVE:
            self._settle(change, entry)

    def _settle(self, change: Change, entry: Entry) -> None:
        settled, still_open = settle(self._batch, change.conflicts or {})
        if entry.status == Status.UNCHANGED and (settled or still_open):
            entry.status = Status.APPLIED
        if still_open:
            entry.details = {**entry.details, "open": still_open}

    def _replace(self, change_id: str, by: Entry) -> None:
        """Settle a change that waits, of the same record and tablet: it was mended and is not run again."""
        judged = self._judged.get(change_id)
        one = self._mendable.get(change_id)
        if judged is not None:
            one = self._parked.get((change_id, judged.payload_hash)) if judged.is_quarantined else None
        if one is None or (one.entry.device_id, one.change.record_id) != (by.device_id, by.record_id):
            return
        entry = one.entry
        outcome = Outcome(Status.UNCHANGED, ErrorCode.REPLACED)
        ledger.conclude(entry, outcome, by.scope, self._batch.now)
        entry.rev, entry.h = by.rev, by.h
        self._judged[change_id] = entry
        self._parked[change_id, entry.payload_hash] = one

    def _run_orphans(self, record_id: str) -> None:
        orphans = self._orphans.pop(record_id, [])
        orphans.sort(key=lambda one: (one.entry.device_id, one.entry.incarnation, one.entry.n))
        for one in orphans:
            self.take_again(one)

    def _count_verdicts(self) -> None:
        counts = {device.id: device.verdicts for device in self._devices.values()}
        uncounted = [*self._judged.values(), *(e for e in self._reused.values() if not e.v)]
        for entry in uncounted:
            counts[entry.device_id] += 1
            entry.v = counts[entry.device_id]
        moved = sorted({entry.device_id for entry in uncounted})
        rows = [(counts[device_id], self._batch.tenant_id, device_id) for device_id in moved]
        connection = self._batch.session.connection()
        database.bulk_update(connection, table_of(Device), ("verdicts",), ("tenant_id", "device_id"), rows)


def payload_key(session: Session, tenant_id: str) -> bytes:
    """Return the tenant's key for payload hashes."""
    return session.scalars(_PAYLOAD_KEY, {"tenant_id": tenant_id}).one()


def _judge_unseen(change: Change, device: DeviceContext, case: Case, *, is_hidden: bool) -> Outcome:
    if change.scope not in device.scopes:
        return quarantined(ErrorCode.SCOPE_NOT_GRANTED)
    if change.op != Op.PUT or not change.create:
        return quarantined(ErrorCode.ORPHAN)
    return quarantined(ErrorCode.RECORD_EXISTS) if is_hidden else judge_new(change, case)
