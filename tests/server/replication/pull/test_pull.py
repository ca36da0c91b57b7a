"""What goes down to a tablet, and in which order (protocol §6)."""

from __future__ import annotations

import pytest
from tests.server.office.erasure.test_operations import add_privacy_officers, purged
from tests.world import ESTABLISHMENT, OTHER_UNIT, TEAM, UNIT, Json, Tablet, World, proven

from field178_server.database.models import Tenant
from field178_server.database.unit_of_work import run_write
from field178_server.replication.compaction import compact
from field178_shared.ids import conflict_id, review_id
from field178_shared.wire.canonical import canonical, short_hash
from field178_shared.wire.protocol import MAX_ANSWER_BYTES, SyncRequest


def kinds(frames: list[Json], scope: str | None = None) -> list[str]:
    return [frame["frame"] for frame in frames if scope is None or frame.get("scope") == scope]


def size_of(frames: list[Json]) -> int:
    return sum(len(canonical(frame)) + 1 for frame in frames)


def deleted(tablet: Tablet, record_id: str) -> None:
    gone = tablet.delete(record_id, short_hash(tablet.base[record_id]["data"]))
    assert tablet.push(gone)[0]["status"] == "applied"


def test_receipts_come_first_then_ref_then_the_scopes_ascending_each_with_its_digest(world: World) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT, TEAM, "ref")
    frames = tablet.sync()
    assert [f["scope"] for f in frames if f["frame"] == "ck"] == [tablet.scope, "ref", TEAM, UNIT, OTHER_UNIT]
    assert all("digest" in f for f in frames if f["frame"] == "ck")
    assert frames[-1] == {"frame": "end", "frames": 7, "more": False}


def test_end_of_a_page_has_the_number_of_live_records_of_the_granted_scopes(world: World) -> None:
    author, reader, stranger = world.tablet(UNIT, "ref"), world.tablet(UNIT, "ref"), world.tablet(TEAM)
    changes = [author.create() for _ in range(5)]
    author.push(*changes)
    author.pull()
    deleted(author, str(changes[0]["record_id"]))
    live = reader.sync(max_records=3)[-1]["records"]
    assert not reader.sync()[-1]["more"]
    assert live == sum(not record["deleted"] for record in reader.base.values()) >= 4
    assert "records" not in reader.sync()[-1]
    assert stranger.sync(max_records=1)[-1].get("records", 0) <= live - 4


def test_a_scope_without_news_is_proven_by_its_digest_alone(world: World) -> None:
    tablet = world.tablet()
    tablet.created()
    frames = tablet.sync()
    assert kinds(frames) == ["hello", "ck", "ck", "ck", "end"]
    assert proven(frames) == ["ref", UNIT]
    assert [f["digest"] for f in frames if f.get("scope") == UNIT] == [tablet.digest(UNIT)]


def test_scopes_without_news_end_no_part_of_the_answer(world: World) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT, "ref")
    tablet.pull()
    wire = {"device": tablet.device, "incarnation": tablet.incarnation, "cursors": tablet.cursors}
    assert len(world.exchange.run(tablet.device, SyncRequest.from_wire(wire))) == 1


def test_a_checkpoint_follows_at_most_fifty_rows(world: World) -> None:
    author, reader = world.tablet(), world.tablet()
    author.push(*[author.create() for _ in range(120)])
    frames = reader.sync()
    runs = "".join("r" if kind == "rec" else "c" for kind in kinds(frames, UNIT)).split("c")
    assert [len(run) for run in runs] == [50, 50, 20, 0]
    checkpoints = [f for f in frames if f["frame"] == "ck" and f["scope"] == UNIT]
    assert [f["seq"] for f in checkpoints] == [50, 100, 120]
    assert ["digest" in f for f in checkpoints] == [False, False, True]


@pytest.mark.parametrize("max_records", [1, 3, 7])
def test_pages_add_up_to_everything(world: World, max_records: int) -> None:
    author, reader = world.tablet(UNIT, OTHER_UNIT), world.tablet(UNIT, OTHER_UNIT)
    author.push(*[author.create() for _ in range(5)])
    other = {**ESTABLISHMENT, "unit_id": "c11632_v1"}
    author.push(*[author.create(other, scope=OTHER_UNIT) for _ in range(3)])
    rounds = 1
    while (frames := reader.sync(max_records=max_records))[-1]["more"]:
        assert kinds(frames).count("rec") == max_records
        rounds += 1
        assert rounds < 20
    author.pull()
    assert reader.base == author.base
    assert proven(reader.sync()) == [UNIT, OTHER_UNIT]


def test_an_answer_stops_at_its_size_but_carries_at_least_one_record(world: World) -> None:
    author, reader = world.tablet(), world.tablet()
    heavy = {**ESTABLISHMENT, **{f"note{i}": "ạ" * 3500 for i in range(6)}}
    author.push(*[author.create(heavy) for _ in range(40)])
    frames = reader.sync()
    assert frames[-1]["more"]
    assert 15 < kinds(frames).count("rec") < 25
    assert size_of(frames) <= MAX_ANSWER_BYTES
    while (frames := reader.sync())[-1]["more"]:
        assert size_of(frames) <= MAX_ANSWER_BYTES
    assert len(reader.base) == 40


def test_a_record_that_does_not_fit_any_more_waits_for_the_next_answer(world: World) -> None:
    author, reader = world.tablet(UNIT, OTHER_UNIT), world.tablet(UNIT, OTHER_UNIT)
    heavy = {**ESTABLISHMENT, **{f"note{i}": "ạ" * 3500 for i in range(6)}}
    author.push(*[author.create(heavy) for _ in range(16)])
    author.push(author.create({**heavy, "unit_id": "c11632_v1"}, scope=OTHER_UNIT))
    frames = reader.sync()
    assert frames[-1]["more"]
    assert kinds(frames, UNIT)[-1] == "ck"
    assert kinds(frames, OTHER_UNIT) == []
    assert kinds(reader.pull(), OTHER_UNIT) == ["rec", "ck"]


def test_new_tablet_receives_no_tombstones(world: World) -> None:
    author, reader = world.tablet(UNIT, OTHER_UNIT), world.tablet()
    kept, gone, moved = author.created(), author.created(), author.created()
    deleted(author, gone)
    world.move(moved, OTHER_UNIT)
    frames = reader.sync()
    assert [f["id"] for f in frames if f["frame"] in {"rec", "leave"}] == [kept]
    assert proven(reader.sync()) == ["ref", UNIT]


def test_a_deletion_reaches_who_had_the_record(world: World) -> None:
    author, reader = world.tablet(), world.tablet()
    record_id = author.created()
    reader.pull()
    deleted(author, record_id)
    reader.pull()
    assert reader.base[record_id]["deleted"]
    assert reader.base[record_id]["data"] == ESTABLISHMENT


def test_a_record_edited_twice_comes_once_at_its_last_place(world: World) -> None:
    author, reader = world.tablet(), world.tablet()
    first, second = author.created(), author.created()
    reader.pull()
    for rooms in (1, 2):
        author.push(author.change(first, {"rooms_total": rooms}, was={"rooms_total": rooms - 1 or None}))
    author.push(author.change(second, {"rooms_total": 9}))
    frames = reader.sync()
    assert [f["id"] for f in frames if f["frame"] == "rec"] == [first, second]


def test_a_scope_not_granted_is_ignored_without_a_word(world: World) -> None:
    tablet = world.tablet()
    frames = tablet.ask(cursors={OTHER_UNIT: 3})
    assert OTHER_UNIT not in str(frames)


@pytest.mark.parametrize("epoch", [None, "an older one"])
@pytest.mark.parametrize("of_receipts", [False, True])
def test_a_cursor_of_another_history_is_answered_by_resync_alone(
    world: World, epoch: str | None, of_receipts: bool
) -> None:
    tablet = world.tablet()
    tablet.created()
    scope = tablet.scope if of_receipts else UNIT
    cursors = tablet.cursors | ({} if epoch else {scope: 10**9})
    assert kinds(tablet.ask(cursors=cursors, epoch=epoch), scope) == ["resync"]


def test_under_a_new_epoch_pushes_are_taken_and_empty_cursors_served(world: World) -> None:
    tablet = world.tablet()
    tablet.created()
    world.change_rows(Tenant, epoch="e2")
    frames = tablet.ask(push=[tablet.create()])
    assert frames[0]["epoch"] == "e2"
    assert [f["status"] for f in frames if f["frame"] == "res"] == ["applied"]
    assert kinds(frames, "ref") == ["ck"]  # its cursor is 0
    assert kinds(frames, UNIT)[-1] == "resync"


def test_a_move_leaves_one_scope_and_enters_the_other_with_all_that_is_about_it(world: World) -> None:
    here, there, both = world.tablet(UNIT), world.tablet(OTHER_UNIT), world.tablet(UNIT, OTHER_UNIT)
    record_id = here.created({**ESTABLISHMENT, "village": "Thôn 1"})
    here.push(here.change(record_id, {"village": "x"}, was={"village": "y"}))
    world.review(record_id, "approved")
    for tablet in (here, there, both):
        tablet.pull()
    companions = {record_id, conflict_id(record_id, "village", here.device), review_id(record_id)}
    assert set(here.base) == set(both.base) == companions
    world.move(record_id, OTHER_UNIT)
    for tablet in (here, there, both):
        tablet.pull()
        assert {*proven(tablet.sync()), tablet.scope} == set(tablet.cursors)
    assert here.base == {}
    assert set(there.base) == set(both.base) == companions
    assert {record["scope"] for record in there.base.values()} == {OTHER_UNIT}
    review = there.base[review_id(record_id)]["data"]
    assert review["record_rev"] == there.base[record_id]["rev"]


def test_a_record_that_comes_back_is_there_again(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    for scope in (OTHER_UNIT, UNIT):
        world.move(record_id, scope)
    tablet.pull()
    assert tablet.base[record_id]["scope"] == UNIT


def test_compaction_is_invisible_to_a_new_tablet_and_an_old_one_learns_of_it_by_the_digest(
    world: World,
) -> None:
    author, late, fresh = world.tablet(), world.tablet(), world.tablet()
    kept, gone = author.created(), author.created()
    late.pull()
    deleted(author, gone)
    added = author.created()
    assert run_write(world.engine, lambda session: compact(session, "main", UNIT)) == 1
    assert run_write(world.engine, lambda session: compact(session, "main", UNIT)) == 0
    frames = late.ask()
    assert [frame["id"] for frame in frames if frame["frame"] == "rec"] == [added]
    [checkpoint] = [frame for frame in frames if frame["frame"] == "ck" and frame["scope"] == UNIT]
    assert checkpoint["digest"][0] == 2
    assert set(late.base) == {kept, gone}
    fresh.pull()
    assert kept in fresh.base
    assert gone not in fresh.base
    assert proven(fresh.sync()) == ["ref", UNIT]
    author.pull()
    assert proven(author.sync()) == ["ref", UNIT]


def test_erased_record_stays_in_a_compacted_feed(world: World) -> None:
    add_privacy_officers(world)
    author, late = world.tablet(), world.tablet()
    gone = author.created()
    late.pull()
    deleted(author, gone)
    late.pull()
    purged(world, gone)
    assert run_write(world.engine, lambda session: compact(session, "main", UNIT)) == 0
    late.pull()
    assert set(late.base[gone]["data"]) == {"purged"}


def compacted_scope(world: World) -> list[str]:
    """Return the live records of a scope whose feed lost a row above each of them."""
    author = world.tablet()
    kept, gone = [author.created() for _ in range(4)], [author.created() for _ in range(2)]
    for record_id in gone:
        deleted(author, record_id)
    assert run_write(world.engine, lambda session: compact(session, "main", UNIT)) == 2
    return kept


def test_a_new_tablet_reads_a_compacted_scope_page_by_page(world: World) -> None:
    kept, new = compacted_scope(world), world.tablet()
    pages = [new.sync(max_records=2), new.sync(max_records=2)]
    assert not [frame for page in pages for frame in page if frame["frame"] == "resync"]
    assert (set(new.base), new.cursors[UNIT]) == (set(kept), 8)


def test_deletion_between_two_pages_is_sent(world: World) -> None:
    kept, new, author = compacted_scope(world), world.tablet(), world.tablet()
    new.sync(max_records=2)
    author.pull()
    deleted(author, kept[0])
    new.pull()
    assert new.base[kept[0]]["deleted"]
