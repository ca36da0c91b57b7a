"""Pushes of several tablets in one transaction: each answer is as if the push were alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.contract.soundness import assert_sound
from tests.server.replication.push.grouped_pushes import pushed_in_one_group
from tests.server.replication.test_number_blocks import numbers, team
from tests.world import TEAM, Json, Tablet, World, receipt_in

from field178_server.database.models import Audit, Device, NumberLease, Record, StoredReceipt
from field178_server.devices.context import DeviceContext
from field178_server.replication.push.change_processor import ChangeProcessor
from field178_server.replication.receipts.receipts import PushedChange
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.canonical import short_hash
from field178_shared.wire.protocol import SyncRequest

__all__ = ["team"]

TABLETS = 4
Push = Callable[[], list[Json]]


def creating(world: World, tablets: list[Tablet], count: int = 2) -> list[Push]:
    return [partial(tablet.push, *(tablet.create() for _ in range(count))) for tablet in tablets]


def of_every_kind(world: World) -> list[Push]:
    """Return the pushes of some tablets, with a change of each verdict in each."""
    pushes: list[Push] = []
    for tablet in [world.tablet() for _ in range(TABLETS)]:
        sent = tablet.create()
        edited, deleted, _ = tablet.created(), tablet.created(), tablet.push(sent)
        pushes.append(
            partial(
                tablet.push,
                tablet.create(),
                tablet.change(edited, {"village": "Thôn 2"}),
                tablet.change(edited, {"village": "Thôn 3"}, was={"village": "Thôn 1"}),
                tablet.change(world.ids.time_ordered(), {"village": "Thôn 2"}),
                tablet.create(type="spaceship"),
                tablet.delete(deleted, short_hash(tablet.base[deleted]["data"])),
                sent,
            )
        )
    return pushes


def timeless(receipts: list[Json]) -> list[Json]:
    return [{**receipt, "at": None} for receipt in receipts]


def test_waiting_pushes_are_stored_in_one_transaction(world: World) -> None:
    steps: list[str] = []
    tablets = [world.tablet() for _ in range(TABLETS)]
    world.exchange = replace(world.exchange, failpoint=steps.append)

    answers = pushed_in_one_group(world, creating(world, tablets))

    assert [step for step in steps if step != "answer"] == ["push.begin", "push.commit", "push.done"]
    assert all(receipt["status"] == "applied" for answer in answers for receipt in answer)
    assert len(world.rows(Record, Record.type == "establishment")) == 2 * TABLETS
    assert len(world.rows(Audit, Audit.action == "sync.push")) == TABLETS
    assert all(device.last_seen_at for device in world.rows(Device))
    for tablet in tablets:
        tablet.pull()
    assert_sound(world)


def test_receipts_of_a_group_are_those_of_pushes_one_after_the_other(engine: Engine) -> None:
    together, alone = World(engine, "together"), World(engine, "alone")
    grouped = pushed_in_one_group(together, of_every_kind(together))
    answers = [push() for push in of_every_kind(alone)]
    statuses = [receipt["status"] for receipt in answers[0]]
    assert statuses == ["applied", "applied", "conflict", "quarantined", "quarantined", "applied", "applied"]
    assert [timeless(receipts) for receipts in grouped] == [timeless(receipts) for receipts in answers]


def test_error_of_one_tablet_reaches_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tablets = [world.tablet() for _ in range(TABLETS)]
    process = ChangeProcessor.process

    def failing(self: ChangeProcessor, pushed: PushedChange, device: DeviceContext, incarnation: str) -> Any:
        if device.id == tablets[1].device:
            raise ZeroDivisionError
        return process(self, pushed, device, incarnation)

    monkeypatch.setattr(ChangeProcessor, "process", failing)
    answers = pushed_in_one_group(world, creating(world, tablets))

    assert isinstance(answers.pop(1), ZeroDivisionError)
    stored = {row.change_id for row in world.rows(StoredReceipt)}
    assert stored == {receipt["change_id"] for answer in answers for receipt in answer}
    monkeypatch.undo()
    assert tablets[1].push(tablets[1].create())[0]["status"] == "applied"
    assert_sound(world)


def test_expired_session_of_one_tablet_ends_no_other(world: World) -> None:
    tablets = [world.tablet() for _ in range(3)]
    pushes = creating(world, tablets)

    def expired() -> list[Json]:
        wire = {"device": tablets[0].device, "incarnation": tablets[0].incarnation}
        request = SyncRequest.from_wire({**wire, "push": [tablets[0].create()]})
        world.exchange.run(tablets[0].device, request, generation=99)
        return []

    error, *answers = pushed_in_one_group(world, [expired, *pushes[1:]])
    assert isinstance(error, AppError)
    assert error.code is ErrorCode.SESSION_EXPIRED
    assert [len(answer) for answer in answers] == [2, 2]
    assert len(world.rows(StoredReceipt)) == 4


def test_one_request_sent_again_while_it_waits_gets_the_same_receipts(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    again, changes = replace(tablet, cursors={}, base={}, receipts={}), [tablet.create(), tablet.create()]
    pushes = [partial(tablet.push, *changes), *creating(world, [other]), partial(again.push, *changes)]
    first, _, second = pushed_in_one_group(world, pushes)
    assert first == second
    assert len(world.rows(StoredReceipt)) == 4
    assert_sound(world)


def test_edits_of_one_record_in_waiting_pushes_become_a_conflict(world: World) -> None:
    tablets = [world.tablet() for _ in range(3)]
    record_id = tablets[0].created()
    for tablet in tablets:
        tablet.pull()
    edits = [tablet.change(record_id, {"village": f"Thôn {n}"}) for n, tablet in enumerate(tablets)]
    pairs = zip(tablets, edits, strict=True)
    answers = pushed_in_one_group(world, [partial(tablet.push, edit) for tablet, edit in pairs])
    assert [answer[0]["status"] for answer in answers] == ["applied", "conflict", "conflict"]
    tablets[0].pull()
    assert tablets[0].base[record_id]["data"]["village"] == "Thôn 0"
    assert_sound(world)


def test_an_orphan_is_applied_when_its_record_waits_behind_it(world: World) -> None:
    maker, editor = world.tablet(), world.tablet()
    create = maker.create()
    edit = editor.change(create["record_id"], {"village": "Thôn 2"})
    orphan, made = pushed_in_one_group(world, [partial(editor.push, edit), partial(maker.push, create)])
    assert (orphan[0]["reason"], made[0]["status"]) == ("orphan", "applied")
    editor.pull()
    assert editor.receipts[edit["change_id"]]["status"] == "applied"
    assert_sound(world)


def test_tablets_of_one_team_that_push_together_share_no_number(team: World) -> None:
    tablets = [team.tablet(TEAM, "unit:c11629_v1", "ref") for _ in range(3)]
    pushed_in_one_group(team, creating(team, tablets))
    given = [number for tablet in tablets for number in (tablet.pull(), numbers(tablet))[1]]
    assert len(given) == len(set(given)) > 0
    leased_to = {(lease.device_id, lease.incarnation) for lease in team.rows(NumberLease)}
    assert leased_to == {(tablet.device, tablet.incarnation) for tablet in tablets}


def test_a_rush_is_answered_with_receipts_first(world: World) -> None:
    tablets, author = [world.tablet() for _ in range(TABLETS)], world.tablet()
    author.push(*(author.create() for _ in range(120)))
    frames: list[list[Json]] = []

    def push(tablet: Tablet) -> list[Json]:
        answer = tablet.ask(push=[tablet.create()])
        frames.append(answer)
        tablet.take(answer)
        return [receipt_in(frame) for frame in answer if frame["frame"] == "res"]

    receipts = pushed_in_one_group(world, [partial(push, tablet) for tablet in tablets])
    assert [len(answer) for answer in receipts] == [1] * TABLETS
    for answer in frames:
        assert sum(frame["frame"] == "rec" for frame in answer) == 50
        assert answer[-1]["more"] is True
    for tablet in tablets:
        tablet.pull()
        assert len(tablet.base) == 120 + TABLETS
