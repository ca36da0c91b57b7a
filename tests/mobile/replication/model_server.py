"""A small server in memory that speaks the exchange: enough of the protocol to try the engine against.

The whole protocol against the real server is the contract suite's business; this one is quick and its
history can be bent at will (restore, new epoch, lost grants, broken digests).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from field178_shared.ids import conflict_id
from field178_shared.merge import merge
from field178_shared.wire.canonical import (
    EMPTY,
    Digest,
    bucket,
    digest_of,
    receipt_hash,
    record_hash,
    short_hash,
    state_hash,
)
from field178_shared.wire.protocol import receipt_scope

Json = dict[str, object]


@dataclass
class Record:
    id: str
    type: str
    scope: str
    rev: int
    deleted: bool
    data: Json
    seq: int = 0

    def frame(self) -> Json:
        h = record_hash(self.id, self.type, self.rev, self.deleted, self.data)
        members = ("id", "type", "scope", "rev", "deleted", "data")
        return {"frame": "rec", **{name: getattr(self, name) for name in members}, "h": h}


@dataclass
class World:
    """All the server knows; copying it is its backup."""

    epoch: str = "epoch-1"
    records: dict[str, Record] = field(default_factory=dict)
    seqs: dict[str, int] = field(default_factory=dict)
    leaves: dict[tuple[str, str], int] = field(default_factory=dict)
    receipts: dict[str, Json] = field(default_factory=dict)
    # Of each device: the stamps of its receipts by change, and the highest stamp.
    stamps: dict[str, dict[str, int]] = field(default_factory=dict)
    stamped: dict[str, int] = field(default_factory=dict)

    def stamp(self, device: str, change_id: str) -> None:
        self.stamped[device] = self.stamped.get(device, 0) + 1
        self.stamps.setdefault(device, {})[change_id] = self.stamped[device]

    def hash_of(self, change_id: str) -> str:
        receipt = self.receipts[change_id]
        reason = receipt["reason"]
        return receipt_hash(change_id, str(receipt["status"]), None if reason is None else str(reason))


class ModelServer:
    """Answers a request with a list of lines."""

    def __init__(self, *scopes: str) -> None:
        self.world = World(seqs=dict.fromkeys(scopes, 0))
        self.granted = set(scopes)
        self.page = 500
        self.rows_per_checkpoint = 2
        self.refuse: Callable[[Json], str | None] = lambda change: None
        self.backed_up = 0
        self.revoked = False
        self.has_officer = True
        self.break_digest = 0
        self.breaks_receipts = False
        self.requests: list[Json] = []
        self.frames: list[Json] = []
        self.notices: list[Json] = []
        # Rows that the tablet works out itself are left out of the answer, as the real server does it.
        self.stubs = False
        self._own: set[str] = set()
        self.takes_salvage = True
        self.divergent: dict[tuple[str, str], Json] = {}

    def backup(self) -> World:
        return copy.deepcopy(self.world)

    def restore(self, world: World, epoch: str | None) -> None:
        self.world = copy.deepcopy(world)
        self.world.epoch = epoch or self.world.epoch

    def add_foreign_receipt(self, change_id: str, life: str, device: str = "device") -> None:
        """A copy of the tablet pushed a change under the same life."""
        some = next(iter(self.world.receipts.values()))
        self.world.receipts[change_id] = {**some, "change_id": change_id, "incarnation": life}
        self.world.stamp(device, change_id)

    def lose_receipt(self, change_id: str) -> None:
        """The server's store lost a receipt without a word in its feed."""
        del self.world.receipts[change_id]
        for stamps in self.world.stamps.values():
            stamps.pop(change_id, None)

    def decide(self, change_id: str, status: str, reason: str | None) -> None:
        """A change that waited is evaluated again."""
        self.world.receipts[change_id].update(status=status, reason=reason)
        for device, stamps in self.world.stamps.items():
            if change_id in stamps:
                self.world.stamp(device, change_id)

    def office_put(
        self, record_id: str, scope: str, record_type: str = "establishment", /, **data: object
    ) -> None:
        old = self.world.records.get(record_id)
        rev = 1 if old is None else old.rev + 1
        self._stamp(Record(record_id, record_type, scope, rev, False, data))

    def office_delete(self, record_id: str) -> None:
        old = self.world.records[record_id]
        self._stamp(Record(old.id, old.type, old.scope, old.rev + 1, True, old.data))

    def office_move(self, record_id: str, scope: str) -> None:
        old = self.world.records[record_id]
        self.world.leaves[(old.scope, record_id)] = self._next(old.scope)
        self.world.leaves.pop((scope, record_id), None)
        self._stamp(Record(old.id, old.type, scope, old.rev + 1, old.deleted, old.data))

    def digest(self, scope: str) -> list[object]:
        return self._digest(scope).wire()

    def answer(self, request: Json) -> list[bytes]:
        self.requests.append(request)
        device, self._own = str(request["device"]), set()
        versions = {record.id: (record.rev, record.seq) for record in self.world.records.values()}
        pushed = [
            self._apply(change, device, str(request["incarnation"])) for change in request.get("push", [])
        ]
        granted = set() if self.revoked or not self.has_officer else self.granted
        asks = request.get("salvage") or request.get("repair")
        if not asks and self.has_officer and request.get("state") == self._state(request, granted):
            hello = {
                "frame": "hello",
                "protocol": [1, 1],
                "epoch": self.world.epoch,
                "now": "2026-11-24T15:00:00Z",
                "agreed": True,
            }
            return self._lines([hello], {"more": False})
        for receipt in pushed:
            record = self.world.records.get(str(receipt.pop("record")))
            if record is not None and receipt["rev"]:
                receipt["seq"] = record.seq
                rev, seq = versions.get(record.id, (0, 0))
                below, cursor = self._place(request, record.scope)
                is_seen = seq == 0 or below <= seq <= cursor
                if self.stubs and is_seen and receipt["status"] == "applied" and record.rev == rev + 1:
                    self._own.add(record.id)
                    receipt["stub"] = True
        frames = [self._hello(request, granted), *pushed]
        frames += self._salvaged(request)
        more = self._receipts(frames, request, {str(frame["change_id"]) for frame in pushed})
        return self._with_scopes(frames, request, granted, more)

    def _receipts(self, frames: list[Json], request: Json, answered: set[str]) -> bool:
        """Add the frames of the device's scope; return whether there is more of it."""
        device = str(request["device"])
        scope, seq = receipt_scope(device), self.world.stamped.get(device, 0)
        cursor, stamps = int(request["cursors"].get(scope, 0)), self.world.stamps.get(device, {})
        digests = request.get("repair", {}).get(scope)
        if digests is not None:
            return self._repair_receipts(frames, device, digests)
        if self._must_resync(request, cursor, seq):
            frames.append({"frame": "resync", "scope": scope})
            return False
        for change_id in sorted(stamps, key=lambda key: stamps[key]):
            if stamps[change_id] > cursor and change_id not in answered:
                frames.append({"frame": "res", **self.world.receipts[change_id]})
        frames.append({"frame": "ck", "scope": scope, "seq": seq, "digest": self._digest_of(device).wire()})
        return False

    def _repair_receipts(self, frames: list[Json], device: str, digests: Json) -> bool:
        scope, seq = receipt_scope(device), self.world.stamped.get(device, 0)
        here: dict[str, list[str]] = {}
        for change_id in sorted(self.world.stamps.get(device, {})):
            here.setdefault(bucket(change_id), []).append(change_id)
        differing = [
            name
            for name in sorted({*here, *digests})
            if digests.get(name) != digest_of(map(self.world.hash_of, here.get(name, []))).wire()
        ]
        served = differing[: self.page]
        ids = [change_id for name in served for change_id in here.get(name, [])]
        frames += [{"frame": "res", **self.world.receipts[change_id]} for change_id in ids]
        frames.append({"frame": "repair", "scope": scope, "buckets": served, "ids": ids, "seq": seq})
        if served == differing:
            digest = self._maybe_broken_receipts(device)
            frames.append({"frame": "ck", "scope": scope, "seq": seq, "digest": digest})
        return served != differing

    def _with_scopes(self, frames: list[Json], request: Json, granted: set[str], more: bool) -> list[bytes]:
        budget = self.page
        for scope in sorted(granted, key=lambda name: (name != "ref", name)):
            cursor = int(request["cursors"].get(scope, 0))
            seq = self.world.seqs[scope]
            if scope in request.get("repair", {}):
                budget, is_over = self._repair(frames, scope, request["repair"][scope], budget)
                more = more or not is_over
                continue
            if self._must_resync(request, cursor, seq):
                frames.append({"frame": "resync", "scope": scope})
                continue
            budget, is_over = self._serve(frames, scope, request, budget)
            more = more or not is_over
        live = sum(self._digest(scope).count for scope in granted)
        return self._lines(frames, {"more": more, **({"records": live} if more else {})})

    @staticmethod
    def _place(request: Json, scope: str) -> tuple[int, int]:
        """Return the bounds of a scope here: lowest and highest stamp read."""
        return int(request.get("below", {}).get(scope, 0)), int(request["cursors"].get(scope, 0))

    def _serve(self, frames: list[Json], scope: str, request: Json, budget: int) -> tuple[int, bool]:
        seq = self.world.seqs[scope]
        rows = [(self._checkpoint(scope, *place), row) for place, row in self._lacking(scope, request)]
        for index, (checkpoint, row) in enumerate(rows[:budget], 1):
            frames.append(row)
            if index % self.rows_per_checkpoint == 0:
                frames.append(checkpoint)
        if len(rows) > budget:
            if budget:
                frames.append(rows[budget - 1][0])
            return 0, False
        frames.append({"frame": "ck", "scope": scope, "seq": seq, "digest": self._maybe_broken(scope)})
        return budget - len(rows), True

    def _must_resync(self, request: Json, cursor: int, seq: int) -> bool:
        return cursor > seq or bool(cursor and request["epoch"] not in (None, self.world.epoch))

    def _salvaged(self, request: Json) -> list[Json]:
        offered = request.get("salvage", []) if self.takes_salvage else []
        for entry in offered:
            self.divergent[str(entry["id"]), str(entry["h"])] = entry
        return [{"frame": "salvaged", "ids": [entry["id"] for entry in offered]}] if offered else []

    def _repair(self, frames: list[Json], scope: str, digests: Json, budget: int) -> tuple[int, bool]:
        live = [r for r in self.world.records.values() if r.scope == scope and not r.deleted]
        names = {bucket(r.id) for r in live} | set(digests)
        here = {
            name: digest_of(str(r.frame()["h"]) for r in live if bucket(r.id) == name).wire()
            for name in names
        }
        differing = sorted(name for name in names if digests.get(name, EMPTY.wire()) != here[name])
        done: list[str] = []
        ids: list[str] = []
        for name in differing:
            if budget <= 0:
                break
            records = sorted((r for r in live if bucket(r.id) == name), key=lambda r: r.id)
            frames += [r.frame() for r in records]
            ids += [r.id for r in records]
            budget -= len(records)
            done.append(name)
        seq = self.world.seqs[scope]
        frames.append({"frame": "repair", "scope": scope, "buckets": done, "ids": ids, "seq": seq})
        if done == differing:
            digest = self._maybe_broken(scope)
            frames.append({"frame": "ck", "scope": scope, "seq": seq, "digest": digest})
        return budget, done == differing

    @staticmethod
    def _checkpoint(scope: str, below: int, seq: int) -> Json:
        return {"frame": "ck", "scope": scope, "seq": seq, **({"below": below} if below else {})}

    def _lacking(self, scope: str, request: Json) -> list[tuple[tuple[int, int], Json]]:
        """The rows that a tablet lacks, each with the place after it: newer ones upward, a load downward."""
        below, cursor = self._place(request, scope)
        if "below" not in request:
            return [((0, seq), row) for seq, row in self._rows(scope, cursor)]
        top = self.world.seqs[scope]
        if cursor == 0:
            cursor, below = top, top + 1
        older = [(seq, row) for seq, row in self._rows(scope, 0) if seq < below]
        newer = self._rows(scope, cursor)
        return [((below, seq), row) for seq, row in newer] + [((seq, top), row) for seq, row in older[::-1]]

    def _rows(self, scope: str, cursor: int) -> list[tuple[int, Json]]:
        rows = [
            (r.seq, r.frame())
            for r in self.world.records.values()
            if r.scope == scope and r.seq > cursor and r.id not in self._own
        ]
        rows = [(seq, row) for seq, row in rows if cursor or not row["deleted"]]
        leaves = [
            ((s, i), seq) for (s, i), seq in self.world.leaves.items() if s == scope and seq > cursor > 0
        ]
        rows += [(seq, {"frame": "leave", "id": i, "scope": s}) for (s, i), seq in leaves]
        return sorted(rows, key=lambda pair: pair[0])

    def _maybe_broken(self, scope: str) -> list[object]:
        if self.break_digest:
            self.break_digest -= 1
            return [0, "f" * 32]
        return self.digest(scope)

    def _maybe_broken_receipts(self, device: str) -> list[object]:
        return [0, "f" * 32] if self.breaks_receipts else self._digest_of(device).wire()

    def _hello(self, request: Json, granted: set[str]) -> Json:
        hello: Json = {
            "frame": "hello",
            "protocol": [1, 1],
            "epoch": self.world.epoch,
            "now": "2026-11-24T15:00:00Z",
            "scopes": [receipt_scope(str(request["device"])), *sorted(granted)],
            "backed_up": self.backed_up,
            "notices": self.notices,
            "types": {},
        }
        if not self.has_officer:
            return {**hello, "sign_in": True}
        return {**hello, "revoked": True} if self.revoked else hello

    def _digest(self, scope: str) -> Digest:
        live = [r for r in self.world.records.values() if r.scope == scope and not r.deleted]
        return digest_of(str(record.frame()["h"]) for record in live)

    def _digest_of(self, device: str) -> Digest:
        return digest_of(map(self.world.hash_of, self.world.stamps.get(device, {})))

    def _state(self, request: Json, granted: set[str]) -> str:
        device = str(request["device"])
        scopes = [(receipt_scope(device), self.world.stamped.get(device, 0), self._digest_of(device))]
        for scope in granted:
            scopes.append((scope, self.world.seqs[scope], self._digest(scope)))
        notices = [str(notice["id"]) for notice in self.notices]
        return state_hash(self.world.epoch, self.backed_up, notices, scopes)

    def _apply(self, change: Json, device: str, life: str) -> Json:
        change_id = str(change["change_id"])
        receipt = self.world.receipts.get(change_id)
        if receipt is None:
            receipt = self._judge(change)
            receipt.update(change_id=change_id, at="2026-11-24T15:00:00Z", incarnation=life)
            self.world.receipts[change_id] = receipt
        if change_id not in self.world.stamps.get(device, {}):
            self.world.stamp(device, change_id)
        return {"frame": "res", **receipt, "record": change["record_id"]}

    def _judge(self, change: Json) -> Json:
        refused = self.refuse(change) or ("device_revoked" if self.revoked else None)
        if not self.has_officer:
            refused = "user_unknown"
        record = self.world.records.get(str(change["record_id"]))
        if refused is None and change["scope"] not in self.granted:
            refused = "scope_not_granted"
        if refused is None and record is None and not change["create"]:
            refused = "orphan"
        if refused is not None:
            return _receipt("quarantined", refused, change["scope"], 0, None)
        for replaced in (key for key in change["replaces"] if key in self.world.receipts):
            self.decide(replaced, "unchanged", "replaced")
        if record is None:
            record = Record(str(change["record_id"]), str(change["type"]), str(change["scope"]), 0, False, {})
        return self._merge(record, change)

    def _merge(self, record: Record, change: Json) -> Json:
        if change["op"] == "delete":
            if change["was"] != {"_h": short_hash(record.data)}:
                return _receipt("conflict", "deleted", record.scope, record.rev, record.seq)
            self._stamp(Record(record.id, record.type, record.scope, record.rev + 1, True, record.data))
            return _receipt("applied", None, record.scope, record.rev + 1, self.world.seqs[record.scope])
        merged = merge(record.data, change["set"], change["was"])
        rev = record.rev
        if merged.applied or rev == 0 or record.deleted:
            rev += 1
            self._stamp(Record(record.id, record.type, record.scope, rev, False, merged.data))
        for clash in merged.clashes:
            self._clash(record, change, clash)
        status = "conflict" if merged.clashes else "applied" if rev != record.rev else "unchanged"
        details = {clash.path: ["changed"] for clash in merged.clashes}
        reason = "changed" if merged.clashes else None
        return _receipt(status, reason, record.scope, rev, self.world.seqs[record.scope], details)

    def _clash(self, record: Record, change: Json, clash) -> None:
        id_of_conflict = conflict_id(record.id, clash.path, "device")
        entry = {"was": clash.was, "mine": clash.mine, "current": clash.current, "reason": "changed"}
        data = {
            "record": record.id,
            "record_type": record.type,
            "path": clash.path,
            "device": "device",
            "state": "open",
        }
        old = self.world.records.get(id_of_conflict)
        entries = {**(old.data["entries"] if old else {}), str(change["change_id"]): entry}
        self.office_put(id_of_conflict, record.scope, "conflict", **data, entries=entries)

    def _stamp(self, record: Record) -> None:
        record.seq = self._next(record.scope)
        self.world.records[record.id] = record

    def _next(self, scope: str) -> int:
        self.world.seqs[scope] += 1
        return self.world.seqs[scope]

    def _lines(self, frames: list[Json], end: Json) -> list[bytes]:
        frames = [*frames, {"frame": "end", "frames": len(frames) + 1, **end}]
        self.frames = frames
        return [json.dumps(frame).encode() for frame in frames]


def _receipt(status, reason, scope, rev, seq, details=None) -> Json:
    return {
        "status": status,
        "reason": reason,
        "details": details or {},
        "scope": scope,
        "rev": rev,
        "seq": seq,
    }
