"""Taking changes in: known or not, judged, applied to the working set; the bulk writes come at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server import database
from field178_server.models import Change as ChangeRow
from field178_server.models import Device, Tenant
from field178_server.models.base import table_of
from field178_server.prepared import Prepared
from field178_server.services import admission, aftermath, incarnations, ledger, merging, waiting
from field178_server.services.backlog import Backlog
from field178_server.services.batch import Act, Batch
from field178_server.services.conflicts import conflicts_of, settle, with_dispute
from field178_server.services.device_context import DeviceContext, load_devices
from field178_server.services.judge import Case, Outcome, judge_new, quarantined
from field178_server.services.ledger import Entry
from field178_server.services.stored import Stored
from field178_server.services.type_rules import Problems, TypeRules
from field178_server.services.waiting import Waiting
from field178_shared.clock import from_wire
from field178_shared.errors import ErrorCode
from field178_shared.protocol import Change, Op, Status

_ENDS = (Op.DELETE, Op.MERGE_INTO)
_PAYLOAD_KEY = Prepared(select(Tenant.payload_key).where(Tenant.tenant_id == bindparam("tenant_id")))
_MAKERS = Prepared(
    select(ChangeRow.record_id, ChangeRow.rev, ChangeRow.device_id).where(
        ChangeRow.tenant_id == bindparam("tenant_id"),
        database.among(ChangeRow.record_id, bindparam("record_ids")),
        ChangeRow.rev.is_not(None),
    )
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
        self._backlog = Backlog(batch.session, batch.tenant_id)
        self._makers: defaultdict[str, dict[int, str | None]] = defaultdict(dict)

    def prepare(self, pushed: Sequence[Sent]) -> None:
        """Read all that judging these changes needs, in as many statements for one as for all."""
        session, tenant_id = self._batch.session, self._batch.tenant_id
        self._known = ledger.find_entries(session, tenant_id, [sent.change.change_id for sent in pushed])
        fresh = [sent.change for sent in pushed if not self._is_known(sent)]
        if fresh:
            self._read(fresh, [])

    def prepare_again(self, found: Sequence[Waiting]) -> None:
        """Read all that judging these waiting changes once more needs."""
        self._read([one.change for one in found], [*found, *self._backlog.read_groups(found)])

    def _read(self, changes: Sequence[Change], waits: Sequence[Waiting]) -> None:
        found = self._backlog.read(changes)
        absent = {one.entry.device_id for one in (*waits, *found)} - set(self._devices)
        if absent:
            session, tenant_id = self._batch.session, self._batch.tenant_id
            self._devices |= load_devices(session, tenant_id, absent, lock=True)
        self._load([*changes, *(one.change for one in (*waits, *found))])

    def _load(self, changes: Sequence[Change]) -> None:
        """Lock and read the records of changes; for deletes and merges, also who made their revisions."""
        named = {change.record_id for change in changes} | merging.targets(changes)
        self._batch.load(named)
        merging.load_survivors(self._batch, named)
        deleted = sorted({change.record_id for change in changes if change.op in _ENDS})
        if not deleted:
            return
        wanted = {"tenant_id": self._batch.tenant_id, "record_ids": deleted}
        for record_id, rev, device_id in _MAKERS.rows(self._batch.session, wanted):
            if rev is not None:
                self._makers[record_id][rev] = device_id

    def take(
        self, run: Sequence[Sent], device: DeviceContext, incarnation: str, fault: Problems
    ) -> list[Entry]:
        """Return the verdicts on a pushed change, or on a group: stored ones where known, else new ones."""
        entries, fresh = [], []
        for sent in run:
            known = self._known.get(sent.change.change_id)
            if known is not None and known.payload_hash == sent.hash:
                entries.append(known)
                continue
            entry = self._new_entry(sent, device, incarnation)
            if known is not None:
                entries.append(self._take_reused(sent, entry))
                continue
            self._known[sent.change.change_id] = entry
            entries.append(entry)
            fresh.append(Waiting(sent.change, entry, self._text_to_keep(sent), ""))
        held = [entry for entry in entries if entry.is_quarantined and entry.reason is not None]
        if fault:
            self._hold(fresh, quarantined(ErrorCode.GROUP, fault))
        elif held:
            self._hold(fresh, quarantined(ErrorCode.GROUP, {"cause": held[0].change_id}))
        else:
            self._take_together(fresh)
        return entries

    def take_again(self, one: Waiting) -> int:
        """Judge a quarantined change once more, with its group; return how many verdicts changed."""
        members = self._backlog.group_of(one) if one.change.group else [one]
        members = [member for member in members if not self._is_settled(member.change.change_id)]
        if self._is_settled(one.change.change_id) or any(map(self._must_wait, members)):
            return 0
        return self._take_together(members)

    def take_mended(self, one: Waiting, mended: Change, act: Act) -> Outcome:
        """Apply the office's mended version of a waiting change and settle that one; or say why not."""
        case, record = self._case(mended), self._batch.get(mended.record_id)
        outcome = judge_new(mended, case) if record is None else self._judge_seen(mended, record, case)
        if outcome.status == Status.QUARANTINED:
            return outcome
        scope = mended.scope if record is None else record.scope
        replaced = Outcome(Status.UNCHANGED, ErrorCode.REPLACED)
        ledger.conclude(one.entry, replaced, scope, self._batch.now)
        self._apply(replace(one, change=mended), outcome, act)
        self._accept(one)
        self._follow(one)
        for member in self._backlog.group_of(one) if one.change.group else ():
            self.take_again(member)
        return outcome

    def _judge_seen(
        self, change: Change, record: Stored, case: Case, scopes: Collection[str] = ()
    ) -> Outcome:
        return merging.judge(change, record, case, merging.Sight(self._batch.get, scopes))

    def _case(self, change: Change) -> Case:
        is_locked = self._batch.is_locked(change.record_id)
        return Case(self._rules.types[change.type], self._rules, is_locked=is_locked)

    def _is_settled(self, change_id: str) -> bool:
        judged = self._judged.get(change_id)
        return judged is not None and not judged.is_quarantined

    def _must_wait(self, one: Waiting) -> bool:
        # Its tablet is gone; a later change mends it; or its group came in a form that cannot be right.
        malformed = one.entry.reason == ErrorCode.GROUP and "group" in one.entry.details
        return one.entry.device_id not in self._devices or self._backlog.is_mended(one) or malformed

    def _take_together(self, members: Sequence[Waiting]) -> int:
        """Apply all of them or none; return how many verdicts changed."""
        mark = self._batch.mark() if len(members) > 1 else None
        before = [replace(one.entry) for one in members] if mark is not None else []
        for index, one in enumerate(members):
            device = self._devices[one.entry.device_id]
            outcome, scope = self._judge(one.change, len(one.payload.encode()), device)
            if outcome.status == Status.QUARANTINED:
                if mark is not None:
                    self._batch.roll_back(mark)
                for member, entry in zip(members[:index], before, strict=False):
                    member.entry.become(entry)
                cause = quarantined(ErrorCode.GROUP, {"cause": one.change.change_id})
                return sum(self._hold([member], outcome if member is one else cause) for member in members)
            ledger.conclude(one.entry, outcome, scope, self._batch.now)
            self._apply(one, outcome, _act_of(one))
        for one in members:
            self._accept(one)
        for one in members:
            self._follow(one)
        return len(members)

    def _hold(self, members: Sequence[Waiting], outcome: Outcome) -> int:
        """Hold changes back; return for how many that is news."""
        changed = 0
        for one in members:
            entry = one.entry
            same_details = outcome.details == {k: v for k, v in entry.details.items() if k != "at"}
            if entry.is_quarantined and entry.reason == outcome.reason and same_details:
                continue
            scope = self._scope_of(one.change, self._devices[entry.device_id])
            ledger.conclude(entry, outcome, scope, self._batch.now)
            self._judged[entry.change_id] = entry
            parked = replace(one, reason=entry.reason or "")
            self._parked[entry.change_id, entry.payload_hash] = parked
            self._backlog.park(parked)
            changed += 1
        return changed

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
                self._parked[key] = Waiting(sent.change, entry, self._text_to_keep(sent), "")
            else:
                entry.v, entry.at, entry.incarnation = stored
        return self._reused[key]

    def _is_known(self, sent: Sent) -> bool:
        known = self._known.get(sent.change.change_id)
        return known is not None and known.payload_hash == sent.hash

    def _text_to_keep(self, sent: Sent) -> str:
        """Return the text of a change; of one that is about a purged record nothing MUST be stored."""
        record = self._batch.get(sent.change.record_id)
        is_purged = record is not None and merging.survivor_of(record, self._batch.get).is_purged
        return "" if is_purged else sent.body.decode()

    def _judge(self, change: Change, size_bytes: int, device: DeviceContext) -> tuple[Outcome, str]:
        """Return the outcome and the scope it is filed under."""
        record = self._batch.get(change.record_id)
        seen = self._seen(change, device)
        scope = self._scope_of(change, device)
        if (refused := admission.refusal(change, size_bytes, device, self._rules)) is not None:
            return refused, scope
        is_accepted = change.create and self._rules.accepts(change.type, change.set)
        if not is_accepted and (refused := admission.refusal_of_paths(change)) is not None:
            return refused, scope
        case = Case(
            self._rules.types[change.type],
            self._rules,
            is_accepted=is_accepted,
            is_locked=seen is not None and self._batch.is_locked(change.record_id),
            has_seen_newer=seen is not None and self._made_newer(change, seen, device),
            conflicts=conflicts_of(self._batch, change.record_id) if change.op == Op.RESOLVE else (),
        )
        if seen is not None:
            return self._judge_seen(change, seen, case, device.scopes), scope
        return _judge_unseen(change, device, case, is_hidden=record is not None), scope

    def _seen(self, change: Change, device: DeviceContext) -> Stored | None:
        # A record in a scope that was not granted is as unknown: its scope MUST NOT show either.
        record = self._batch.get(change.record_id)
        return record if record is not None and record.scope in device.scopes else None

    def _scope_of(self, change: Change, device: DeviceContext) -> str:
        seen = self._seen(change, device)
        return seen.scope if seen is not None else change.scope

    def _made_newer(self, change: Change, record: Stored, device: DeviceContext) -> bool:
        """Tell whether there are newer revisions than the one seen, all made by this very tablet."""
        if change.op not in _ENDS or not 0 < change.base_rev < record.rev:
            return False
        makers = self._makers[record.record_id]
        return all(makers.get(rev) == device.id for rev in range(change.base_rev + 1, record.rev + 1))

    def _accept(self, one: Waiting) -> None:
        entry = one.entry
        self._judged[entry.change_id] = entry
        key = (entry.change_id, entry.payload_hash)
        if entry.is_stored:
            self._parked[key] = one
        else:
            self._parked.pop(key, None)

    def _follow(self, one: Waiting) -> None:
        """Settle what an applied change mends, and run what waited for its record."""
        for mended in one.change.replaces:
            self._replace(mended, one.entry)
        if one.entry.rev == 1:
            for orphan in self._backlog.take_orphans(one.change.record_id):
                self.take_again(orphan)

    def _apply(self, one: Waiting, outcome: Outcome, act: Act) -> None:
        change, entry, batch = one.change, one.entry, self._batch
        if outcome.record is not None:
            batch.put(outcome.record, act)
            self._makers[change.record_id][outcome.record.rev] = act.device_id
        else:
            batch.note(change.record_id, act)
        record = batch.get(change.record_id)
        assert record is not None
        entry.rev, entry.h = record.rev, record.h
        for dispute in outcome.disputes:
            batch.put(with_dispute(batch.get, outcome.about or record, change, entry.device_id, dispute))
        if outcome.about is not None and outcome.record is not None:
            aftermath.carry_conflicts(batch, record, outcome.about)
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
        one = self._backlog.mendable(change_id)
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
        if one.change.group:
            for member in self._backlog.group_of(one):
                self.take_again(member)

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
    [(key,)] = _PAYLOAD_KEY.rows(session, {"tenant_id": tenant_id})
    return key


def _act_of(one: Waiting) -> Act:
    change = one.change
    return Act(change.change_id, change.user or None, one.entry.device_id, change.at or None, one.payload)


def _judge_unseen(change: Change, device: DeviceContext, case: Case, *, is_hidden: bool) -> Outcome:
    if change.scope not in device.scopes:
        return quarantined(ErrorCode.SCOPE_NOT_GRANTED)
    if change.op != Op.PUT or not change.create:
        return quarantined(ErrorCode.ORPHAN)
    return quarantined(ErrorCode.RECORD_EXISTS) if is_hidden else judge_new(change, case)
