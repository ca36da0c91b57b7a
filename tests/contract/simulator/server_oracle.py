"""Watches every write of the server: what one transaction may do, judged from outside of the product."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.contract.simulator.merge_oracle import Standing, disputed, standing, with_alias
from tests.contract.simulator.purges import PurgeOracle
from tests.contract.simulator.server_state import ReceiptRow, ServerState, Window
from tests.contract.simulator.violation import Violation, require

from field178_server.records.batch import SourceChange
from field178_server.records.stored_record import Stored
from field178_server.replication.policy.evaluate import Outcome
from field178_server.replication.push.change_processor import ChangeProcessor
from field178_server.replication.quarantine.store import QuarantinedChange
from field178_shared.merge import Data, equal, read_path, same, write_path
from field178_shared.wire.canonical import canonical, receipt_hash, short_hash
from field178_shared.wire.protocol import Change, receipt_scope

Json = dict[str, Any]
Maker = str | None
WAITS_FOR_RECORD = frozenset({"orphan", "record_exists", "scope_not_granted"})


class ServerOracle:
    """Checks of the server of one world. `state` is the content of the store after the last step."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.state = window.state()
        self.verdicts: set[tuple[str, str | None]] = set()
        self._makers: dict[tuple[str, int], Maker] = {
            (record_id, rev): device
            for _, record_id, device, rev, _ in window.history().changes
            if rev is not None
        }
        self._made: dict[tuple[str, int], Maker] = {}
        self._menders: defaultdict[str, set[str]] = defaultdict(set)
        self._begun: dict[tuple[str, str], int] = {}
        self._compared: list[str] = []
        self.purges = PurgeOracle(window.path)

    def start_over(self) -> None:
        """Take the store as it is: it was restored."""
        self.state = self._window.state()
        self.purges.start_over(self.state)

    @contextmanager
    def step(self, pushed: Sequence[Json] = ()) -> Iterator[None]:
        """Check the changes of the store after the block, however it ends."""
        self._made = {}
        try:
            yield
        finally:
            before, self.state = self.state, self._window.state()
            self._evaluate(before, self.state, pushed)

    def judge_answer(self, device: str, frames: Sequence[Json], pushed: Sequence[Json]) -> None:
        """Judge an answer to these changes against the store it was read from."""
        granted = {*self.state.scopes_of(device), receipt_scope(device)}
        for frame in frames:
            if frame["frame"] == "hello" and "scopes" in frame:
                require(set(frame["scopes"]) == granted, "I6", f"hello names {frame['scopes']}")
            elif "scope" in frame and frame["frame"] != "res":
                require(frame["scope"] in granted, "I6", f"{frame['frame']} of {frame['scope']} to {device}")
            if frame["frame"] == "rec":
                self._judge_record(frame)
            elif frame["frame"] == "res":
                self._judge_receipt(frame)

    def note_places(self, request: Json) -> None:
        """Note the floor under which a tablet begins to read a scope, and a comparison of it all the same."""
        for scope in self.state.scopes_of(request["device"]):
            floor, place = self.state.scopes[scope].floor, (request["device"], scope)
            if not request["cursors"].get(scope):
                self._begun[place] = floor
            elif scope in request.get("repair", {}) and self._begun.get(place) == floor:
                self._compared.append(f"{request['device']} at {request['cursors'][scope]} of {scope}")

    def judge_first_loads(self) -> None:
        """Check that compaction is invisible to tablets that began after it; only without disasters."""
        require(not self._compared, "I16", f"a digest differed without a compaction: {self._compared}")

    def judge_history(self) -> None:
        """Judge that every record is what its history makes of it, and that every change left a trace."""
        history = self._window.history()
        traced = set(history.quarantined) | {change_id for change_id, *_ in history.changes}
        require(set(self.state.receipts) <= traced, "I2", "a receipt without the text of its change")
        held = {row.id for row in self.state.receipts.values() if row.status == "quarantined"}
        traces = sorted(held & {change_id for change_id, *_ in history.changes})
        require(not traces, "I2", f"{traces} were held back and stand in the history of records")
        self._replay([row for row in history.changes if row[3] is not None and row[4] is not None])

    def judge_waiting(self) -> None:
        """Judge that no change waits any more for a record which its tablet may see.

        Nothing waits for a purged record: without its text a change never runs again.
        """
        for row in self.state.receipts.values():
            record = self.state.records.get(row.record)
            is_hidden = record is None or record.scope not in self.state.scopes_of(row.device)
            is_over = bool(self._menders[row.id]) or (record is not None and record.is_erased)
            if row.reason in WAITS_FOR_RECORD and not (is_hidden or is_over):
                raise Violation("I2", f"{row.id} waits as {row.reason}, and {row.record} is there")

    def applied(self, change: Change, device: str, before: Stored | None, after: Stored, at: Standing):
        """Judge one applied change: nothing unseen was overwritten, nothing offered has vanished."""
        companions, holder = at.companions, at.holder
        if before is None or after.rev > before.rev:
            self._made[after.record_id, after.rev] = device
        old = before.data if before is not None else {}
        if before is not None and before.deleted and "merged_into" in before.data:
            require(after.rev == before.rev, "I2", f"{change.change_id} was applied to a merged record")
        self._judge_overwrite(change, before, after, old)
        if before is not None and before.deleted and not after.deleted and change.base_rev != before.rev:
            is_disputed = disputed(companions, "_deleted", change.change_id, False)
            require(is_disputed, "I3", f"{change.change_id} undid an unseen deletion of {after.record_id}")
        if change.op == "delete":
            self._evaluate_delete(change, device, before, after, at)
            return
        for path, value in change.set.items():
            taken = equal(read_path(holder.data, path), value)
            kept = taken or disputed(companions, path, change.change_id, value)
            require(kept, "I2", f"{path} of change {change.change_id} vanished")

    def settled(self, change: Change, before: dict[str, Stored | None], after: dict[str, Stored | None]):
        """Judge a resolve: nobody closes a conflict that holds more than was seen."""
        for conflict_id, rev in (change.conflicts or {}).items():
            old, new = before[conflict_id], after[conflict_id]
            assert old is not None
            assert new is not None
            if new.deleted and not old.deleted:
                require(old.rev == rev, "I3", f"{change.change_id} settled {conflict_id} unseen")

    # ---- one transaction

    def _evaluate(self, before: ServerState, after: ServerState, pushed: Sequence[Json]) -> None:
        self._makers |= self._made
        for change in pushed:
            for mended in change["replaces"]:
                self._menders[mended].add(change["change_id"])
        if after is before:
            return  # nobody has committed anything
        for row in after.receipts.values():
            self.verdicts.add((row.status, row.reason))
        self._judge_order(before, after)
        self.purges.evaluate(after)
        if (after.records, after.scopes) != (before.records, before.scopes):
            self._judge_digests(after)
            self._judge_companions(after)
        if (after.receipts, after.copies, after.devices) != (before.receipts, before.copies, before.devices):
            self._judge_receipt_scopes(after)
        self._judge_mended(after)
        self._judge_repeats(before, after, pushed)
        require(set(before.receipts) <= set(after.receipts), "I1", "a receipt is gone")

    def _judge_repeats(self, before: ServerState, after: ServerState, pushed: Sequence[Json]) -> None:
        repeated = [change for change in pushed if change["change_id"] in before.receipts]
        for change in repeated:
            self._judge_repeat(before.receipts[change["change_id"]], after.receipts.get(change["change_id"]))
        if pushed and len(repeated) == len(pushed):
            same_state = (before.records, before.feed, before.scopes, before.receipts) == (
                after.records,
                after.feed,
                after.scopes,
                after.receipts,
            )
            require(same_state, "I4", "a repeated push changed the store")

    def _judge_mended(self, after: ServerState) -> None:
        for row in after.receipts.values():
            if row.reason == "replaced":
                menders = [
                    after.receipts[mender_id]
                    for mender_id in self._menders[row.id]
                    if mender_id in after.receipts
                ]
                is_mended = any(mender.status != "quarantined" for mender in menders)
                require(is_mended, "I2", f"{row.id} was replaced by nothing that was applied")

    def _judge_order(self, before: ServerState, after: ServerState) -> None:
        for key, (seq, kind) in after.feed.items():
            scope = key[0]
            head = before.scopes[scope].seq if scope in before.scopes else 0
            if seq <= head:
                require(before.feed.get(key) == (seq, kind), "I10", f"{key} appeared at {seq} <= {head}")
            require(seq <= after.scopes[scope].seq, "I10", f"{key} stands above H of {scope}")
        for scope, row in before.scopes.items():
            require(after.scopes[scope].seq >= row.seq, "I10", f"H of {scope} went back")

    def _judge_companions(self, after: ServerState) -> None:
        for row in after.records.values():
            subject = after.records.get(row.subject or "")
            together = subject is None or subject.scope == row.scope
            require(together, "I6", f"{row.type} {row.id} stayed in {row.scope} when its record moved")

    def _judge_digests(self, after: ServerState) -> None:
        for scope, row in after.scopes.items():
            hashes = [h for _, h in after.live[scope].values()]
            total = f"{sum(int(h, 16) for h in hashes) % 2**128:032x}"
            agrees = (row.live_count, row.live_sum) == (len(hashes), total)
            require(agrees, "I8", f"the server's digest of {scope} is not that of its records")

    def _judge_receipt_scopes(self, after: ServerState) -> None:
        for device, row in after.devices.items():
            receipts = after.receipts_of(device).values()
            hashes = [receipt_hash(receipt.id, receipt.status, receipt.reason) for receipt in receipts]
            total = f"{sum(int(h, 16) for h in hashes) % 2**128:032x}"
            agrees = (row.receipt_count, row.receipt_sum) == (len(hashes), total)
            require(agrees, "I8", f"the server's digest of the receipts of {device} is not that of its rows")
            stamps = [receipt.v for receipt in receipts]
            is_ordered = len(set(stamps)) == len(stamps) and max(stamps, default=0) == row.seq
            require(is_ordered, "I10", f"stamps of the receipts of {device}: {sorted(stamps)} of {row.seq}")

    def _judge_repeat(self, before: ReceiptRow, after: ReceiptRow | None) -> None:
        # A verdict may only leave the quarantine, by a run of its own.
        settled = after == before or before.status == "quarantined"
        require(settled, "I4", f"the verdict on {before.id} changed from {before} to {after}")

    # ---- one answer

    def _judge_record(self, frame: Json) -> None:
        row = self.state.records.get(frame["id"])
        is_now = row is not None and (row.scope, row.h) == (frame["scope"], frame["h"])
        require(is_now, "I6", f"rec {frame['id']} of {frame['scope']}, stored is {row}")

    def _judge_receipt(self, frame: Json) -> None:
        row = self.state.receipts.get(frame["change_id"])
        require(row is not None, "I1", f"a receipt for {frame['change_id']} that is not stored")
        assert row is not None
        reported, stored = (frame["status"], frame["reason"]), (row.status, row.reason)
        if frame["reason"] != "id_reuse":
            require(reported == stored, "I4", f"{reported} was told of {row.id}, {stored} is stored")

    # ---- one change

    def _judge_overwrite(self, change: Change, before: Stored | None, after: Stored, old: Data) -> None:
        was = {} if change.create else change.was
        rebuilt = old
        for path in sorted(change.set):
            value, present = change.set[path], read_path(old, path)
            if equal(read_path(after.data, path), present):
                continue
            seen = equal(read_path(after.data, path), value) and same(was.get(path), present)
            require(seen, "I3", f"blind overwrite of {after.record_id} {path}: {present!r} by {change.wire}")
            rebuilt = write_path(rebuilt, path, value)
        untouched = canonical(rebuilt) == canonical(after.data)
        require(untouched, "I3", f"{change.change_id} changed more of {after.record_id} than it says")
        if before is not None:
            require(after.rev - before.rev in (0, 1), "I3", f"{after.record_id} jumped to rev {after.rev}")

    def _evaluate_delete(
        self, change: Change, device: str, before: Stored | None, after: Stored, at: Standing
    ) -> None:
        companions, holder = at.companions, at.holder
        assert before is not None, "a record that is not there was deleted"
        is_late = before.deleted and holder.record_id != after.record_id and not holder.deleted
        if not after.deleted or is_late:
            kept = disputed(companions, "_deleted", change.change_id, True)
            require(kept, "I2", f"the deletion {change.change_id} vanished")
        elif not before.deleted:
            own = [self._maker(before.record_id, rev) for rev in range(change.base_rev + 1, before.rev + 1)]
            by_itself = change.base_rev > 0 and all(maker == device for maker in own)
            seen = change.was.get("_h") == short_hash(before.data) or by_itself
            require(seen, "I3", f"blind deletion of {before.record_id} by {change.wire}")

    def _maker(self, record_id: str, rev: int) -> Maker:
        return self._made.get((record_id, rev), self._makers.get((record_id, rev)))

    def _replay(self, rows: Iterable[tuple[str, str, str | None, int | None, str]]) -> None:
        built: dict[str, Data] = {}
        conflicts = [
            row.data for row in self.state.records.values() if row.type == "conflict" and not row.is_erased
        ]
        kept_aside = {
            (data["record"], data["path"], change_id) for data in conflicts for change_id in data["entries"]
        }
        for change_id, record_id, device, rev, payload in rows:
            wire = json.loads(payload)
            if rev == 1 and wire.get("set", wire) is None:
                # It is stored once: in the record, as long as that is at its first revision.
                row = self.state.records[record_id]
                require(row.rev == 1, "I3", f"{change_id} lacks what it set, at rev {row.rev}")
                wire["set"] = row.data
            data = with_alias(built.get(record_id, {}), wire)
            if device is None or wire["op"] not in ("put", "resolve"):
                built |= {record_id: data} if record_id in built else {}
                continue
            was = {} if wire["create"] else wire["was"]
            for path in sorted(wire["set"]):
                value, present = wire["set"][path], read_path(data, path)
                if equal(present, value) or (record_id, path, change_id) in kept_aside:
                    continue
                if not same(was.get(path), present):
                    raise Violation("I3", f"history: {change_id} overwrote {path} of {record_id} unseen")
                data = write_path(data, path, value)
            built[record_id] = data
        for record_id, data in built.items():
            stored = self.state.records[record_id].data
            require(canonical(data) == canonical(stored), "I3", f"{record_id} is not what its history makes")


@contextmanager
def watching_applies(find: Callable[[], ServerOracle | None]) -> Iterator[None]:
    """Let the oracle see every change right before and after the server applies it."""
    original = ChangeProcessor._apply

    def watched(
        intake: ChangeProcessor, quarantined: QuarantinedChange, outcome: Outcome, act: SourceChange
    ) -> None:
        batch, change = intake._batch, quarantined.change
        named = (change.conflicts or {}) if change.op == "resolve" else {}
        before, conflicts = (
            batch.get(change.record_id),
            {conflict_id: batch.get(conflict_id) for conflict_id in named},
        )
        original(intake, quarantined, outcome, act)
        after, oracle = batch.get(change.record_id), find()
        if oracle is not None:
            oracle.settled(change, conflicts, {conflict_id: batch.get(conflict_id) for conflict_id in named})
        if oracle is not None and after is not None:
            oracle.applied(change, quarantined.receipt.device_id, before, after, standing(batch, after))

    ChangeProcessor._apply = watched  # type: ignore[method-assign]
    try:
        yield
    finally:
        ChangeProcessor._apply = original  # type: ignore[method-assign]
