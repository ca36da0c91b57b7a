"""The exchange as a whole: hello, receipts, agreement (protocol §6, §8)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from tests.engine_events import listen, stop_listening
from tests.stores import Statements
from tests.world import ESTABLISHMENT, OTHER_UNIT, TEAM, UNIT, Json, Tablet, World, proven

from field178_server.database.models import Audit, Device, StoredReceipt
from field178_shared.errors import AppError
from field178_shared.wire.canonical import Digest, state_hash
from field178_shared.wire.protocol import SyncRequest


def state_of(tablet: Tablet, hello: Json, notices: Sequence[str] = ()) -> str:
    scopes = []
    for scope, cursor in tablet.cursors.items():
        count, total = tablet.digest(scope)
        assert isinstance(count, int)
        scopes.append((scope, cursor, Digest(count, int(str(total), 16))))
    return state_hash(tablet.epoch, hello["backed_up"], notices, scopes)


def test_hello_has_all_that_a_tablet_checks_first(world: World) -> None:
    tablet = world.tablet()
    hello = tablet.ask()[0]
    assert hello["protocol"] == [1, 1]
    assert (hello["epoch"], hello["scopes"]) == ("e1", [tablet.scope, "ref", UNIT])
    assert (hello["backed_up"], hello["notices"]) == (0, [])
    assert "revoked" not in hello


def test_hello_has_the_lease_that_the_office_has_chosen(world: World) -> None:
    tablet = world.tablet()
    assert "lease_days" not in tablet.ask()[0]
    world.exchange = replace(world.exchange, lease_days=3)
    assert tablet.ask()[0]["lease_days"] == 3


def test_pushed_changes_are_in_the_digest_of_the_same_response(world: World) -> None:
    tablet = world.tablet()
    tablet.sync(push=[tablet.create(), {**tablet.create(), "type": "spaceship"}])
    [checkpoint] = [
        frame for frame in tablet.ask() if frame["frame"] == "ck" and frame["scope"] == tablet.scope
    ]
    assert (checkpoint["seq"], checkpoint["digest"]) == (2, tablet.digest(tablet.scope))
    assert tablet.digest(tablet.scope)[0] == 2


def test_another_incarnation_of_a_tablet_has_the_same_scope_of_receipts(world: World) -> None:
    tablet = world.tablet()
    tablet.created()
    tablet.incarnation = world.ids.random()
    tablet.created()
    world.change_rows(Device, backed_up=1)
    assert tablet.sync()[0]["backed_up"] == 1
    assert tablet.cursors[tablet.scope] == 2


def test_receipts_come_in_the_order_of_the_push_before_the_first_checkpoint(world: World) -> None:
    tablet = world.tablet()
    lost = [tablet.create() for _ in range(3)]
    tablet.ask(push=lost)
    again = [tablet.create(), lost[1]]
    frames = tablet.ask(push=again)
    kinds = [frame["frame"] for frame in frames]
    assert kinds[: kinds.index("ck")] == ["hello", "res", "res", "res", "res"]
    assert frames[kinds.index("ck")]["scope"] == tablet.scope
    change_ids = [frame["change_id"] for frame in frames if frame["frame"] == "res"]
    assert change_ids[:2] == [change["change_id"] for change in again]
    assert change_ids[2:] == [lost[0]["change_id"], lost[2]["change_id"]]


def test_received_receipts_are_not_sent_again(world: World) -> None:
    tablet = world.tablet()
    tablet.created()
    assert [frame["frame"] for frame in tablet.ask()] == ["hello", "ck", "ck", "ck", "end"]


def test_agreement_takes_one_line_each_way(world: World) -> None:
    tablet = world.tablet()
    tablet.created()
    state = state_of(tablet, tablet.ask()[0])
    frames = tablet.ask(state=state)
    assert [frame["frame"] for frame in frames] == ["hello", "end"]
    assert set(frames[0]) == {"frame", "protocol", "epoch", "now", "agreed"}
    assert frames[1] == {"frame": "end", "frames": 2, "more": False}
    wire = {"device": tablet.device, "incarnation": tablet.incarnation, "state": state}
    parts = world.exchange.run(tablet.device, SyncRequest.from_wire({**wire, "cursors": tablet.cursors}))
    assert sum(map(len, parts)) < 450


@pytest.mark.parametrize("what", ["record", "verdict", "scope"])
def test_any_difference_breaks_the_agreement(world: World, what: str) -> None:
    tablet, other = world.tablet(), world.tablet()
    tablet.created()
    state = state_of(tablet, tablet.ask()[0])
    if what == "record":
        other.created()
    elif what == "verdict":
        tablet.ask(push=[{**tablet.create(), "type": "spaceship"}])
    else:
        tablet.cursors.pop("ref")
        state = state_of(tablet, tablet.ask()[0])
    frames = tablet.ask(state=state)
    assert "agreed" not in frames[0]
    if what == "record":
        assert "rec" in [frame["frame"] for frame in frames]


def test_parts_end_where_a_cut_answer_can_be_used(world: World) -> None:
    author, reader = world.tablet(), world.tablet()
    author.push(*[author.create() for _ in range(60)])
    wire = {"device": reader.device, "incarnation": reader.incarnation}
    parts = world.exchange.run(reader.device, SyncRequest.from_wire(wire))
    last = [json.loads(part.splitlines()[-1])["frame"] for part in parts]
    # `ref` has nothing new: its `ck` is in the first part.
    assert last == ["ck", "ck", "end"]


def test_record_that_left_a_scope_is_sent_with_its_last_revision_there(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    tablet.push(tablet.change(record_id, {"village": "Xuân Sơn 2"}, base_rev=1))
    tablet.pull()
    world.move(record_id, OTHER_UNIT)
    [leave] = [frame for frame in tablet.ask(cursors=tablet.cursors) if frame["frame"] == "leave"]
    assert leave == {"frame": "leave", "id": record_id, "scope": UNIT, "rev": 2}


def test_one_push_leaves_one_line_in_the_audit_without_content(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    tablet.push(change, {**tablet.create(), "type": "spaceship"})
    tablet.push(change)
    (line,) = world.rows(Audit)
    assert (line.actor_kind, line.actor_id, line.action) == ("device", tablet.device, "sync.push")
    assert json.loads(line.details) == {"applied": 1, "quarantined": 1}
    assert ESTABLISHMENT["name"] not in line.details


def test_unknown_tablet_receives_nothing(world: World) -> None:
    tablet = world.tablet()
    tablet.device = world.ids.random()
    with pytest.raises(AppError, match="session_unknown"):
        tablet.ask(push=[tablet.create()])
    assert world.rows(StoredReceipt) == []


def test_last_exchange_of_a_tablet_is_stored(world: World) -> None:
    tablet = world.tablet()
    tablet.ask(app="1.2.3", now="2025-03-11T03:00:00Z")
    (first,) = world.rows(Device)
    assert first.app_version == "1.2.3"
    assert abs(first.clock_offset_ms - 3_600_000) < 1000
    tablet.ask(app="1.2.4")
    (soon,) = world.rows(Device)
    assert soon.last_seen_at == first.last_seen_at
    world.clock._now += timedelta(minutes=10)
    tablet.ask(push=[tablet.create()], app="1.2.4")
    (later,) = world.rows(Device)
    assert later.last_seen_at > first.last_seen_at
    assert (later.app_version, later.clock_offset_ms) == ("1.2.4", None)


def test_receipts_without_any_record_come_with_a_checkpoint_of_their_own(world: World) -> None:
    tablet = world.tablet()
    tablet.pull()
    frames = tablet.sync(push=[{**tablet.create(), "type": "spaceship"}])
    assert [frame["frame"] for frame in frames] == ["hello", "res", "ck", "ck", "ck", "end"]
    assert tablet.cursors[tablet.scope] == 1
    assert proven(tablet.sync()) == ["ref", UNIT]


def test_an_exchange_is_a_transaction_to_store_and_one_to_read(world: World, statements: Statements) -> None:
    tablet = world.tablet(UNIT, TEAM, "ref")
    record_ids = [tablet.created() for _ in range(10)]
    state = state_of(tablet, tablet.pull()[0])
    with _transactions(world.engine) as begun, statements(world.engine) as quiet:
        assert tablet.ask(state=state)[0]["agreed"]
    assert (len(begun), _count(quiet)) == (1, 6)
    edits = [tablet.change(record_id, {"phone": "0912345678"}) for record_id in record_ids]
    with _transactions(world.engine) as begun, statements(world.engine) as pushing:
        tablet.push(*edits)
    assert len(begun) == 2
    assert _count(pushing) <= 24


@contextmanager
def _transactions(engine: Engine) -> Iterator[list[object]]:
    begun: list[object] = []
    note = begun.append
    listen(engine, "begin", note)
    yield begun
    stop_listening(engine, "begin", note)


def _count(statements: Sequence[str]) -> int:
    return sum(not statement.startswith("BEGIN") for statement in statements)
