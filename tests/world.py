"""A small office for tests: a tenant, scopes, officers, tablets, and a clock that ticks by itself."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import (
    Device,
    DeviceOfficer,
    DeviceScope,
    Officer,
    Scope,
    Tenant,
)
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.records import operations as records
from field178_server.records.batch import Batch
from field178_server.records.move import move
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_server.replication.exchange import Exchange, Processed, ReceivedPush
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.push.group_commit import GroupCommit, groups_at_once
from field178_server.replication.request_reader import read_request
from field178_shared.codelists import load
from field178_shared.ids import IdSource, review_id
from field178_shared.merge import write_path
from field178_shared.wire.canonical import canonical, digest_of, receipt_hash, record_hash
from field178_shared.wire.protocol import receipt_scope

Json = dict[str, Any]

TENANT = "main"
UNIT = "unit:c11629_v1"
OTHER_UNIT = "unit:c11632_v1"
TEAM = "team:01900000-0000-7000-8000-000000000178"
OFFICER = "01900000-0000-7000-8000-0000000000a1"

ESTABLISHMENT: Json = {
    "name": "Nhà nghỉ Hoa Phượng",
    "establishment_type_id": "guesthouse",
    "unit_id": "c11629_v1",
    "address_line": "Thôn Trung",
    "operating_status_id": "operating",
}
SESSION: Json = {
    "outreach_form_id": "conference",
    "session_date": "2025-03-10",
    "unit_id": "c11629_v1",
    "host_agency_id": "commune_people_committee",
    "audiences": {"general_public": {"attendance_count": 40, "first_time_count": 30}},
    "topic_ids": ["prostitution_law"],
}


class TickingClock:
    """A clock that advances one millisecond at each reading."""

    def __init__(self, start: datetime = datetime(2025, 3, 11, 2, 0, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        self._now += timedelta(milliseconds=1)
        return self._now

    def move(self, **by: float) -> None:
        self._now += timedelta(**by)


class World:
    """One tenant in one store."""

    def __init__(self, engine: Engine, tenant_id: str = TENANT) -> None:
        self.engine = engine
        self.tenant_id = tenant_id
        self.clock = TickingClock()
        self.ids = IdSource(self.clock, random.Random(178))
        pushes = GroupCommit[ReceivedPush, Processed](groups_at_once(engine))
        self.exchange = Exchange(engine, tenant_id, self.clock, self.ids, declared_types(), pushes=pushes)
        now = self.clock.now()

        def fill(session: Any) -> None:
            session.add(
                Tenant(
                    tenant_id=self.tenant_id, name="An Lão", epoch="e1", payload_key=b"k" * 32, created_at=now
                )
            )
            session.flush()
            for scope in (UNIT, OTHER_UNIT, TEAM, "ref"):
                session.add(Scope(tenant_id=self.tenant_id, scope=scope, kind=scope.partition(":")[0]))
            session.add(
                Officer(
                    tenant_id=self.tenant_id,
                    officer_id=OFFICER,
                    login="an",
                    name="An",
                    agency="police",
                    role="inspector",
                    created_at=now,
                )
            )

        run_write(engine, fill)

    def tablet(self, *scopes: str, device_id: str = "") -> Tablet:
        """Enrol a tablet with these scopes (the first commune and `ref` when none is named)."""
        device_id, now = device_id or self.ids.random(), self.clock.now()

        def fill(session: Any) -> None:
            session.add(
                Device(
                    tenant_id=self.tenant_id,
                    device_id=device_id,
                    label="",
                    public_key="",
                    user_id=OFFICER,
                    enrolled_at=now,
                )
            )
            session.flush()
            session.add(
                DeviceOfficer(tenant_id=self.tenant_id, device_id=device_id, officer_id=OFFICER, bound_at=now)
            )
            for scope in scopes or (UNIT, "ref"):
                session.add(
                    DeviceScope(tenant_id=self.tenant_id, device_id=device_id, scope=scope, granted_at=now)
                )

        run_write(self.engine, fill)
        return Tablet(self, device_id, self.ids.random())

    def batch(self, session: Any) -> Batch:
        return Batch(session, self.tenant_id, self.clock, self.ids)

    def move(self, record_id: str, scope: str) -> None:
        def work(session: Any) -> None:
            batch = self.batch(session)
            move(batch, record_id, scope)
            batch.flush()

        run_write(self.engine, work)

    def merge(self, record_id: str, into: str) -> int:
        """Merge a record into another one, as the office does."""
        context = OperationContext(self.tenant_id, self.clock, self.ids, load())
        return run_write(self.engine, lambda session: records.merge(session, context, record_id, into))

    def review(self, record_id: str, state: str) -> None:
        """Put the office's review of a record to a state."""

        def work(session: Any) -> None:
            batch = self.batch(session)
            batch.load([record_id])
            record, review = batch.get(record_id), batch.review_of(record_id)
            assert record is not None
            data = {"record": record_id, "record_rev": record.rev, "state": state, "comments": {}}
            if review is None:
                batch.put(new_record(review_id(record_id), "review", record.scope, data, record_id))
            else:
                batch.put(next_revision(review, data=data))
            batch.flush()

        run_write(self.engine, work)

    def change_rows(self, model: Any, **values: Any) -> None:
        """Change single columns behind the product's back (revoke, new epoch, another grant)."""

        def work(session: Any) -> None:
            for row in session.scalars(select(model)):
                for name, value in values.items():
                    setattr(row, name, value)

        run_write(self.engine, work)

    def rows(self, model: Any, *conditions: Any) -> list[Any]:
        with snapshot(self.engine) as session:
            return list(
                session.scalars(select(model).where(*conditions).order_by(*model.__table__.primary_key))
            )

    def stored(self, record_id: str) -> Stored | None:
        def work(session: Any) -> Stored | None:
            batch = self.batch(session)
            batch.load([record_id])
            return batch.get(record_id)

        return run_write(self.engine, work)


@dataclass
class Tablet:
    """A tablet that keeps what a tablet keeps, and checks every answer as the protocol says."""

    world: World
    device: str
    incarnation: str
    n: int = 0
    epoch: str | None = None
    cursors: dict[str, int] = field(default_factory=dict)
    # Of the scopes whose load has not ended; None: the tablet loads upward.
    below: dict[str, int] | None = None
    base: dict[str, Json] = field(default_factory=dict)
    receipts: dict[str, Json] = field(default_factory=dict)
    pushed: list[Json] = field(default_factory=list)

    def change(self, record_id: str, set_: Json, **more: Any) -> Json:
        self.n += 1
        return {
            "change_id": self.world.ids.time_ordered(),
            "n": self.n,
            "record_id": record_id,
            "type": "establishment",
            "scope": UNIT,
            "op": "put",
            "create": False,
            "base_rev": self.base.get(record_id, {}).get("rev", 0),
            "schema": 1,
            "at": "2025-03-11T02:00:00Z",
            "clock_offset_ms": 0,
            "user": OFFICER,
            "set": set_,
            "was": {},
            "replaces": [],
            **more,
        }

    def create(self, data: Json = ESTABLISHMENT, **more: Any) -> Json:
        return self.change(self.world.ids.time_ordered(), data, create=True, **more)

    def created(self, data: Json = ESTABLISHMENT, **more: Any) -> str:
        """File a record and return its id."""
        change = self.create(data, **more)
        assert self.push(change)[0]["status"] == "applied", self.receipts[change["change_id"]]
        return str(change["record_id"])

    def delete(self, record_id: str, seen: str, **more: Any) -> Json:
        return self.change(record_id, {}, op="delete", was={"_h": seen}, **more)

    def push(self, *changes: Json) -> list[Json]:
        """Push changes and return their receipts in order."""
        frames = self.sync(push=list(changes))
        results = [receipt_in(frame) for frame in frames if frame["frame"] == "res"][: len(changes)]
        assert [receipt["change_id"] for receipt in results] == [receipt["change_id"] for receipt in changes]
        return results

    def sync(self, **members: Any) -> list[Json]:
        frames = self.ask(**members)
        self.take(frames)
        return frames

    def ask(self, **members: Any) -> list[Json]:
        """Exchange a request without storing anything of the answer."""
        self.pushed = list(members.get("push", []))
        wire = {
            "device": self.device,
            "incarnation": self.incarnation,
            "epoch": self.epoch,
            "cursors": self.cursors,
            "below": self.below,
            **members,
        }
        parts = self.world.exchange.run(self.device, read_request(canonical(wire)))
        frames = [json.loads(line) for part in parts for line in part.splitlines()]
        assert frames[0]["frame"] == "hello"
        assert frames[-1]["frame"] == "end"
        assert frames[-1]["frames"] == len(frames)
        return frames

    def pull(self) -> list[Json]:
        """Exchange requests until the server has no more; return the frames of the last answer."""
        frames = self.sync()
        while frames[-1]["more"]:
            frames = self.sync()
        return frames

    def take(self, frames: list[Json]) -> None:
        hello = frames[0]
        staged: dict[str, Json | None] = {}
        mine: dict[str, dict[str, Json | None]] = {}
        for frame in frames[1:]:
            kind = frame["frame"]
            if kind == "res":
                self._keep(frame)
                if frame.get("stub"):
                    own = self._own(frame)
                    mine.setdefault(own["scope"], {})[own["id"]] = own
            elif kind == "rec":
                assert _has_hash(frame)
                assert frame["scope"] in hello["scopes"]
                staged[frame["id"]] = frame
            elif kind == "leave":
                if self.base.get(frame["id"], {}).get("scope") == frame["scope"]:
                    staged[frame["id"]] = None
            elif kind == "ck":
                self._commit(hello, frame, mine.pop(frame["scope"], {}) | staged)
                staged = {}
        assert not staged

    @property
    def scope(self) -> str:
        """The scope of the tablet's receipts."""
        return receipt_scope(self.device)

    def digest(self, scope: str) -> list[object]:
        if scope == self.scope:
            receipts = self.receipts.values()
            return digest_of(receipt_hash(r["change_id"], r["status"], r["reason"]) for r in receipts).wire()
        return digest_of(
            r["h"] for r in self.base.values() if r["scope"] == scope and not r["deleted"]
        ).wire()

    def _keep(self, result: Json) -> None:
        if result["reason"] != "id_reuse":
            self.receipts[result["change_id"]] = receipt_in(result)

    def _own(self, result: Json) -> Json:
        """The row that a tablet works out itself: what it had, and its change."""
        change = next(change for change in self.pushed if change["change_id"] == result["change_id"])
        data = self.base.get(change["record_id"], {"data": {}})["data"]
        for path, value in change["set"].items():
            data = write_path(data, path, value)
        row = {
            "frame": "rec",
            "id": change["record_id"],
            "type": change["type"],
            "deleted": change["op"] == "delete",
            "data": data,
            **{name: result[name] for name in ("scope", "rev")},
        }
        hashed = (row[name] for name in ("id", "type", "rev", "deleted", "data"))
        return {**row, "h": record_hash(*hashed)}

    def _commit(self, hello: Json, checkpoint: Json, staged: dict[str, Json | None]) -> None:
        for record_id, record in staged.items():
            if record is None:
                del self.base[record_id]
            else:
                self.base[record_id] = record
        scope = checkpoint["scope"]
        assert checkpoint["seq"] >= self.cursors.get(scope, 0)
        self.cursors[scope] = checkpoint["seq"]
        self._keep_bound(scope, checkpoint.get("below", 0))
        self.epoch = hello["epoch"]
        if "digest" in checkpoint:
            assert self.digest(scope) == checkpoint["digest"]

    def _keep_bound(self, scope: str, below: int) -> None:
        if below:
            assert self.below is not None, "a load downward that nobody asked for"
            assert below <= self.below.get(scope, self.cursors[scope])
            self.below[scope] = below
        elif self.below is not None:
            self.below.pop(scope, None)


def proven(frames: list[Json]) -> list[str]:
    """The scopes of records whose digest an answer has, in its order; `Tablet` compares each to its own."""
    scopes = [frame["scope"] for frame in frames if frame["frame"] == "ck" and "digest" in frame]
    return [scope for scope in scopes if not scope.startswith("device:")]


def receipt_in(frame: Json) -> Json:
    """The receipt of a `res`: whether its row comes too belongs to the one answer."""
    return {name: value for name, value in frame.items() if name != "stub"}


def _has_hash(row: Json) -> bool:
    return bool(row["h"] == record_hash(row["id"], row["type"], row["rev"], row["deleted"], row["data"]))
