"""Receipts by range and stubs (protocol §5): what a tablet can work out itself does not go down."""

from __future__ import annotations

from typing import Any

from tests.world import ESTABLISHMENT, OTHER_UNIT, SESSION, UNIT, Json, Tablet, World

from field178_server.models import Receipt
from field178_shared.canonical import short_hash
from field178_shared.clock import to_wire


def kinds(frames: list[Json]) -> list[str]:
    """The frames without the checkpoints between them."""
    return [frame["frame"] for frame in frames if frame["frame"] != "ck"]


def rows(frames: list[Json]) -> list[Json]:
    return [frame for frame in frames if frame["frame"] == "rec"]


def answer(tablet: Tablet, *changes: Json, **members: Any) -> list[Json]:
    return tablet.ask(push=list(changes), oks=True, **members)


def test_changes_applied_as_sent_are_told_by_one_range_and_no_row(world: World) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT, "ref")
    tablet.created()
    changes = [tablet.create() for _ in range(3)]
    changes.insert(1, tablet.create({**ESTABLISHMENT, "unit_id": "c11632_v1"}, scope=OTHER_UNIT))
    frames = answer(tablet, *changes)
    assert kinds(frames) == ["hello", "oks", "end"]
    told = frames[1]
    assert (told["from"], told["to"], told["incarnation"]) == (0, 3, tablet.incarnation)
    assert told["scopes"] == {UNIT: [2, 4], OTHER_UNIT: [1, 1]}
    assert told["at"] == to_wire(max(row.at for row in world.rows(Receipt)))


def test_a_client_that_does_not_ask_for_ranges_gets_a_verdict_and_a_stub_each(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    frames = tablet.ask(push=[change])
    assert kinds(frames) == ["hello", "res", "rec", "end"]
    assert rows(frames)[0] == {
        "frame": "rec",
        "id": change["record_id"],
        "scope": UNIT,
        "rev": 1,
        "h": frames[1]["h"],
        "stub": True,
    }


def test_an_edit_is_told_like_a_create(world: World) -> None:
    tablet = world.tablet()
    one, other = tablet.created(), tablet.created()
    edits = [tablet.change(record_id, {"village": "Thôn 2"}) for record_id in (one, other)]
    frames = answer(tablet, *edits)
    assert kinds(frames) == ["hello", "oks", "end"]
    assert frames[1]["scopes"] == {UNIT: [3, 4]}


def test_a_deletion_is_told_with_its_revision_since_no_digest_proves_it(world: World) -> None:
    tablet = world.tablet()
    one, other, gone = (tablet.created() for _ in range(3))
    seen = short_hash(tablet.base[gone]["data"])
    edits = [tablet.change(record_id, {"village": "Thôn 2"}) for record_id in (one, other)]
    frames = answer(tablet, *edits, tablet.delete(gone, seen))
    assert kinds(frames) == ["hello", "oks", "res", "rec", "end"]
    assert (frames[2]["rev"], rows(frames)[0]["rev"], rows(frames)[0]["stub"]) == (2, 2, True)


def test_a_conflict_between_breaks_the_run(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    clash = tablet.change(record_id, {"village": "Thôn 2", "name": "Khác"}, was={"name": "Chưa từng có"})
    frames = answer(tablet, tablet.create(), tablet.create(), clash, tablet.create(), tablet.create())
    assert kinds(frames)[:4] == ["hello", "oks", "res", "oks"]
    assert [row["type"] for row in rows(frames)] == ["establishment", "conflict"]


def test_a_revision_on_one_the_tablet_has_not_seen_comes_whole(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id = tablet.created()
    other.pull()
    other.push(other.change(record_id, {"village": "Thôn 1"}))
    frames = answer(
        tablet, tablet.change(record_id, {"address_line": "Số 9"}, was={"address_line": "Thôn Trung"})
    )
    assert kinds(frames) == ["hello", "res", "rec", "end"]
    assert rows(frames)[0]["data"]["village"] == "Thôn 1"


def test_two_revisions_of_one_record_in_one_request_come_whole(world: World) -> None:
    tablet = world.tablet()
    create = tablet.create()
    frames = answer(tablet, create, tablet.change(create["record_id"], {"village": "Thôn 2"}))
    assert kinds(frames) == ["hello", "res", "res", "rec", "end"]
    assert rows(frames)[0]["rev"] == 2


def test_a_repeated_request_gets_its_verdicts_and_the_rows(world: World) -> None:
    tablet = world.tablet()
    changes = [tablet.create(), tablet.create()]
    answer(tablet, *changes)
    assert kinds(answer(tablet, *changes)) == ["hello", "res", "res", "rec", "rec", "end"]


def test_the_same_change_twice_in_one_request_counts_once(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    frames = answer(tablet, change, change, tablet.create())
    assert kinds(frames) == ["hello", "res", "res", "res", "rec", "rec", "end"]
    assert all(row.get("stub") for row in rows(frames))


def test_rows_of_others_come_beside_the_range(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    theirs = other.created(SESSION, type="outreach_session")
    frames = answer(tablet, tablet.create(), tablet.create())
    assert kinds(frames) == ["hello", "oks", "rec", "end"]
    assert rows(frames)[0]["id"] == theirs


def test_under_another_epoch_nothing_is_left_out(world: World) -> None:
    tablet = world.tablet()
    frames = answer(tablet, tablet.create(), tablet.create(), epoch="another")
    assert kinds(frames) == ["hello", "res", "res", "rec", "rec", "end"]


def test_a_change_filed_under_the_scope_its_record_left_is_told_alone(world: World) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT)
    record_id = tablet.created()
    world.move(record_id, OTHER_UNIT)
    tablet.pull()
    edit = tablet.change(record_id, {"village": "Thôn 2"}, scope=UNIT)
    assert kinds(answer(tablet, edit, tablet.create()))[1:3] == ["res", "res"]
