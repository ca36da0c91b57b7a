"""The load of a scope: from its newest record downward, while others go on writing (protocol §6.4)."""

from __future__ import annotations

import random

import pytest
from tests.world import ESTABLISHMENT, OTHER_UNIT, TENANT, UNIT, Json, Tablet, World, proven

from field178_server.database.models import DeviceScope
from field178_server.database.unit_of_work import run_write
from field178_shared.wire.canonical import short_hash
from field178_shared.wire.protocol import MAX_ANSWER_BYTES

OTHER = {**ESTABLISHMENT, "unit_id": "c11632_v1"}
HEAVY = {f"note{i}": "ạ" * 3500 for i in range(6)}


def loading(world: World, *scopes: str) -> Tablet:
    """A tablet that asks for the newest records first."""
    tablet = world.tablet(*scopes)
    tablet.below = {}
    return tablet


def ids_in(frames: list[Json], scope: str = UNIT) -> list[str]:
    return [frame["id"] for frame in frames if frame["frame"] == "rec" and frame["scope"] == scope]


def filed(author: Tablet, count: int) -> list[str]:
    changes = [author.create() for _ in range(count)]
    author.push(*changes)
    return [change["record_id"] for change in changes]


def test_the_newest_records_come_first(world: World) -> None:
    ids = filed(world.tablet(), 120)
    reader = loading(world)
    frames = reader.sync(max_records=60)
    assert ids_in(frames) == ids[:-61:-1]
    checkpoints = [frame for frame in frames if frame["frame"] == "ck" and frame["scope"] == UNIT]
    assert [(ck["seq"], ck["below"], "digest" in ck) for ck in checkpoints] == [
        (120, 71, False),
        (120, 61, False),
    ]
    assert ids_in(reader.pull()) == ids[59::-1]
    assert (reader.cursors[UNIT], reader.below) == (120, {})


def test_a_tablet_that_does_not_ask_for_it_loads_upward(world: World) -> None:
    ids = filed(world.tablet(), 7)
    frames = world.tablet().sync(max_records=3)
    assert ids_in(frames) == ids[:3]
    assert not any("below" in frame for frame in frames)


def test_what_others_write_during_a_load_comes_before_its_older_records(world: World) -> None:
    author, reader = world.tablet(), loading(world)
    ids = filed(author, 6)
    reader.sync(max_records=2)
    [newest] = filed(author, 1)
    assert ids_in(reader.sync(max_records=3)) == [newest, ids[3], ids[2]]
    reader.pull()
    assert set(reader.base) >= {*ids, newest}


def test_a_record_edited_before_the_load_reaches_it_comes_once(world: World) -> None:
    author, reader = world.tablet(), loading(world)
    ids = filed(author, 6)
    reader.sync(max_records=2)
    author.pull()
    author.push(author.change(ids[0], {"name": "Nhà nghỉ Mới"}, was={"name": ESTABLISHMENT["name"]}))
    assert ids_in(reader.sync(max_records=2)) == [ids[0], ids[3]]
    assert ids_in(reader.sync()) == [ids[2], ids[1]]
    assert reader.base[ids[0]]["data"]["name"] == "Nhà nghỉ Mới"


def test_a_record_deleted_after_it_was_loaded_is_deleted_here_too(world: World) -> None:
    author, reader = world.tablet(), loading(world)
    ids = filed(author, 6)
    reader.sync(max_records=2)
    author.pull()
    author.push(author.delete(ids[-1], short_hash(author.base[ids[-1]]["data"])))
    reader.pull()
    assert reader.base[ids[-1]]["deleted"]


def test_records_that_move_during_a_load_end_where_they_belong(world: World) -> None:
    author, reader = world.tablet(UNIT, OTHER_UNIT), loading(world, UNIT, OTHER_UNIT)
    ids = filed(author, 6)
    reader.sync(max_records=2)
    world.move(ids[-1], OTHER_UNIT)
    world.move(ids[0], OTHER_UNIT)
    reader.pull()
    assert {reader.base[ids[0]]["scope"], reader.base[ids[-1]]["scope"]} == {OTHER_UNIT}
    assert proven(reader.sync()) == [UNIT, OTHER_UNIT]


def test_each_load_gets_a_share_of_an_answer(world: World) -> None:
    author, reader = world.tablet(UNIT, OTHER_UNIT), loading(world, UNIT, OTHER_UNIT)
    filed(author, 40)
    author.push(*[author.create(OTHER, scope=OTHER_UNIT) for _ in range(4)])
    frames = reader.sync(max_records=10)
    assert (len(ids_in(frames)), len(ids_in(frames, OTHER_UNIT))) == (5, 4)
    # The second load has ended: the first gets the whole answer.
    assert len(ids_in(reader.sync(max_records=10))) == 10


def test_a_share_is_one_of_bytes_too(world: World) -> None:
    author, reader = world.tablet(UNIT, OTHER_UNIT), loading(world, UNIT, OTHER_UNIT)
    author.push(*[author.create({**ESTABLISHMENT, **HEAVY}) for _ in range(40)])
    author.push(author.create({**OTHER, **HEAVY}, scope=OTHER_UNIT))
    frames = reader.sync()
    assert len(ids_in(frames, OTHER_UNIT)) == 1
    sizes = [len(str(frame).encode()) for frame in frames if frame.get("scope") == UNIT]
    assert MAX_ANSWER_BYTES * 0.3 < sum(sizes) < MAX_ANSWER_BYTES * 0.6


def test_own_edit_of_a_record_below_the_bound_brings_the_whole_record(world: World) -> None:
    author, reader = world.tablet(), loading(world)
    ids = filed(author, 6)
    reader.sync(max_records=2)
    edits = [reader.change(ids[i], {"name": "Mới"}, was={"name": ESTABLISHMENT["name"]}) for i in (0, 5)]
    frames = reader.sync(push=edits, max_records=1)
    results = [frame for frame in frames if frame["frame"] == "res"]
    assert [frame.get("stub", False) for frame in results] == [False, True]
    assert ids_in(frames) == [ids[0]]
    reader.pull()
    assert reader.base[ids[0]]["data"]["name"] == reader.base[ids[5]]["data"]["name"] == "Mới"


def test_own_new_records_of_the_first_request_are_not_sent_back(world: World) -> None:
    filed(world.tablet(), 3)
    reader = loading(world)
    reader.epoch = "e1"
    created = reader.create()
    frames = reader.sync(push=[created])
    assert created["record_id"] not in ids_in(frames)
    assert len(ids_in(frames)) == 3
    assert proven(frames) == ["ref", UNIT]


def test_a_scope_granted_later_is_loaded_beside_the_others(world: World) -> None:
    author, reader = world.tablet(UNIT, OTHER_UNIT), loading(world)
    filed(author, 3)
    reader.pull()
    others = [author.create(OTHER, scope=OTHER_UNIT) for _ in range(4)]
    author.push(*others)
    granted = DeviceScope(
        tenant_id=TENANT, device_id=reader.device, scope=OTHER_UNIT, granted_at=world.clock.now()
    )
    run_write(world.engine, lambda session: session.add(granted))
    assert ids_in(reader.sync(max_records=2), OTHER_UNIT) == [others[3]["record_id"], others[2]["record_id"]]
    assert (reader.cursors[UNIT], reader.below) == (3, {OTHER_UNIT: 3})
    reader.pull()


@pytest.mark.parametrize("seed", range(12))
def test_a_load_amid_other_writers_ends_with_the_scope_as_it_is(world: World, seed: int) -> None:
    dice = random.Random(seed)
    author, reader = world.tablet(UNIT, OTHER_UNIT), loading(world, UNIT, OTHER_UNIT)
    ids = filed(author, 12)
    author.push(*[author.create(OTHER, scope=OTHER_UNIT) for _ in range(6)])
    author.pull()
    for _ in range(12):
        _disturb(world, author, dice, ids)
        if dice.random() < 0.7:
            # A cut: nothing of this answer is stored.
            reader.ask(max_records=dice.randint(1, 4))
        if dice.random() < 0.8:
            reader.sync(max_records=dice.randint(1, 4))
    author.pull()
    reader.pull()
    live = {id_: row for id_, row in author.base.items() if not row["deleted"]}
    assert {id_: row for id_, row in reader.base.items() if not row["deleted"]} == live
    assert reader.below == {}


def _disturb(world: World, author: Tablet, dice: random.Random, ids: list[str]) -> None:
    author.pull()
    record_id = dice.choice(ids)
    here = author.base[record_id]
    match dice.randrange(4):
        case 0:
            author.push(author.create())
        case 1:
            name = f"Nhà nghỉ {dice.random()}"
            author.push(author.change(record_id, {"name": name}, was={"name": here["data"]["name"]}))
        case 2 if not here["deleted"]:
            author.push(author.delete(record_id, short_hash(here["data"])))
        case 3 if not here["deleted"]:
            world.move(record_id, OTHER_UNIT if here["scope"] == UNIT else UNIT)
