"""Transactions of the writers of an interleaving, and the rules that MUST hold in every order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tests.contract.interleavings import Stage, Work, Writer, stepping
from tests.contract.soundness import assert_sound
from tests.world import ESTABLISHMENT, OTHER_UNIT, UNIT, Json, Tablet, World

from field178_server.database.models import StoredReceipt
from field178_server.replication.exchange import ReceivedPush
from field178_server.replication.push.push import result
from field178_shared.wire.protocol import Change

# Makes the work of so many writers, each with a tablet of its own.
Scenario = Callable[[World, Sequence[Tablet]], list[Work]]


def own_records(world: World, tablets: Sequence[Tablet]) -> list[Work]:
    """Each makes a record of one scope."""
    return [partial(tablet.push, tablet.create()) for tablet in tablets]


def one_record(world: World, tablets: Sequence[Tablet]) -> list[Work]:
    """All edit one field of one record."""
    record_id = _made(world, tablets)
    return [
        partial(tablet.push, tablet.change(record_id, {"rooms_total": number + 1}))
        for number, tablet in enumerate(tablets)
    ]


def crosswise(world: World, tablets: Sequence[Tablet]) -> list[Work]:
    """Each edits two records of two scopes, every other one in the opposite order."""
    return _crosswise(_made(world, tablets), _made(world, tablets, OTHER_UNIT), tablets)


def _crosswise(here: str, there: str, tablets: Sequence[Tablet]) -> list[Work]:
    works: list[Work] = []
    for number, tablet in enumerate(tablets):
        changes = [
            tablet.change(here, {f"later_{number}": 1}),
            tablet.change(there, {f"later_{number}": 1}, scope=OTHER_UNIT),
        ]
        works.append(partial(tablet.push, *(changes if number % 2 else reversed(changes))))
    return works


def same_new_record(world: World, tablets: Sequence[Tablet]) -> list[Work]:
    """All make the record of one id, each with another village."""
    record_id = world.ids.time_ordered()
    return [
        partial(
            tablet.push,
            tablet.change(record_id, {**ESTABLISHMENT, "village": f"Thôn {number}"}, create=True),
        )
        for number, tablet in enumerate(tablets)
    ]


def moved_meanwhile(world: World, tablets: Sequence[Tablet]) -> list[Work]:
    """One is the office that moves a record, the others edit it."""
    record_id = _made(world, tablets)

    def move() -> list[Json]:
        world.move(record_id, OTHER_UNIT)
        return []

    edits = [
        partial(tablet.push, tablet.change(record_id, {f"later_{number}": 1}))
        for number, tablet in enumerate(tablets[1:])
    ]
    return [move, *edits]


def orphan_and_record(world: World, tablets: Sequence[Tablet]) -> list[Work]:
    """One makes a record that the others edit without knowing whether it is there."""
    create = tablets[0].create()
    edits = [
        partial(tablet.push, tablet.change(create["record_id"], {f"later_{number}": 1}))
        for number, tablet in enumerate(tablets[1:])
    ]
    return [partial(tablets[0].push, create), *edits]


def grouped(world: World, tablets: Sequence[Tablet]) -> list[Work]:
    """One stores the pushes of two tablets in one transaction, to records that the others edit as well."""
    here, there = _made(world, tablets), _made(world, tablets, OTHER_UNIT)
    other = world.tablet(UNIT, OTHER_UNIT, "ref")
    pushes = [
        _received(other, other.change(there, {"later_other": 1}, scope=OTHER_UNIT)),
        _received(tablets[0], tablets[0].change(here, {"later_0": 1})),
    ]

    def store() -> list[Json]:
        processed = world.exchange._store_pushes(pushes)
        return [result(answer) for each in processed for answer in each.answers]

    return [store, *_crosswise(here, there, tablets)[1:]]


def _received(tablet: Tablet, change: Json) -> ReceivedPush:
    return ReceivedPush(tablet.device, tablet.incarnation, [Change.from_wire(change)], None)


SCENARIOS: Mapping[str, Scenario] = {
    made.__name__: made
    for made in (
        own_records,
        one_record,
        crosswise,
        same_new_record,
        moved_meanwhile,
        orphan_and_record,
        grouped,
    )
}


class Interleaver:
    """Plays one order after the other of one scenario in one world."""

    def __init__(self, world: World, scenario: Scenario, writers: int = 2) -> None:
        self._world, self._scenario = world, scenario
        self._tablets = [world.tablet(UNIT, OTHER_UNIT, "ref") for _ in range(writers)]
        self._reader = world.tablet(UNIT, OTHER_UNIT, "ref")

    def play(self, order: Sequence[int]) -> None:
        """Play one order and judge what came of it."""
        world, tablets = self._world, self._tablets
        works = self._scenario(world, tablets)
        for tablet in (*tablets, self._reader):
            tablet.pull()
        writers = [Writer(number, work) for number, work in enumerate(works)]
        with stepping(world.engine) as spy:
            stage = Stage(world, writers, self._reader, spy)
            stage.play(order)
        _judge_readers(stage)
        _judge_order(stage)
        _judge_changes(stage)


def _made(world: World, tablets: Sequence[Tablet], scope: str = UNIT) -> str:
    record_id = tablets[0].created(scope=scope, data=_establishment_in(scope))
    for tablet in tablets:
        tablet.pull()
    return record_id


def _establishment_in(scope: str) -> Json:
    return {**ESTABLISHMENT, "unit_id": scope.partition(":")[2]}


def _judge_readers(stage: Stage) -> None:
    """No reader, whenever it looked, has passed a row that came later (I10)."""
    first = stage.readers[0]
    for reader in stage.readers:
        reader.pull()  # which holds its records against the digests of the server
        assert reader.base == first.base, "two readers ended with different records"


def _judge_order(stage: Stage) -> None:
    """Check the order of the stamps: in every scope they follow the order of the commits (I10)."""
    last: dict[str, int] = {}
    for name in stage.committed:
        stamps: dict[str, list[int]] = {}
        for receipt in stage.writers[name].receipts:
            if receipt["status"] == "applied":  # a clash names the stamp of the record as it stood
                stamps.setdefault(receipt["scope"], []).append(receipt["seq"])
        for scope, seqs in stamps.items():
            assert min(seqs) > last.get(scope, 0), f"stamps of {scope} are not in the order of commits"
            last[scope] = max(seqs)


def _judge_changes(stage: Stage) -> None:
    """Each change is stored, its values applied or kept in a conflict (I1, I2)."""
    assert_sound(stage.world)
    change_ids = [receipt["change_id"] for writer in stage.writers for receipt in writer.receipts]
    stored = {row.change_id: row for row in stage.world.rows(StoredReceipt)}
    assert set(change_ids) <= set(stored)
    assert {stored[change_id].status for change_id in change_ids} <= {"applied", "conflict"}
