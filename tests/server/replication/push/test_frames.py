"""Receipts of pushed changes (protocol §5): a `res` each, and no row that the tablet can compute."""

from __future__ import annotations

from tests.world import ESTABLISHMENT, OTHER_UNIT, SESSION, UNIT, Json, World

from field178_shared.wire.canonical import short_hash


def kinds(frames: list[Json]) -> list[str]:
    """The frames without the checkpoints between them."""
    return [frame["frame"] for frame in frames if frame["frame"] != "ck"]


def rows(frames: list[Json]) -> list[Json]:
    return [frame for frame in frames if frame["frame"] == "rec"]


def stubs(frames: list[Json]) -> list[bool]:
    """Which verdicts stand for their row as well."""
    return [bool(frame.get("stub")) for frame in frames if frame["frame"] == "res"]


def test_changes_applied_as_sent_get_a_verdict_each_and_no_row(world: World) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT, "ref")
    tablet.created()
    changes = [tablet.create() for _ in range(3)]
    changes.insert(1, tablet.create({**ESTABLISHMENT, "unit_id": "c11632_v1"}, scope=OTHER_UNIT))
    frames = tablet.sync(push=changes)
    assert kinds(frames) == ["hello", "res", "res", "res", "res", "end"]
    assert stubs(frames) == [True] * 4
    assert [frame["change_id"] for frame in frames[1:5]] == [change["change_id"] for change in changes]


def test_pushed_edit_and_deletion_come_back_as_stubs_like_a_create(world: World) -> None:
    tablet = world.tablet()
    edited, deleted = tablet.created(), tablet.created()
    edit = tablet.change(edited, {"village": "Thôn 2"})
    deletion = tablet.delete(deleted, short_hash(tablet.base[deleted]["data"]))
    frames = tablet.sync(push=[edit, deletion])
    assert kinds(frames) == ["hello", "res", "res", "end"]
    assert stubs(frames) == [True, True]
    assert tablet.base[deleted]["deleted"]


def test_conflicting_record_comes_whole(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    clash = tablet.change(record_id, {"village": "Thôn 2", "name": "Khác"}, was={"name": "Chưa từng có"})
    frames = tablet.sync(push=[tablet.create(), clash, tablet.create()])
    assert stubs(frames) == [True, False, True]
    assert [row["type"] for row in rows(frames)] == ["establishment", "conflict"]


def test_a_revision_on_one_the_tablet_has_not_seen_comes_whole(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id = tablet.created()
    other.pull()
    other.push(other.change(record_id, {"village": "Thôn 1"}))
    edit = tablet.change(record_id, {"address_line": "Số 9"}, was={"address_line": "Thôn Trung"})
    frames = tablet.sync(push=[edit])
    assert kinds(frames) == ["hello", "res", "rec", "end"]
    assert stubs(frames) == [False]
    assert rows(frames)[0]["data"]["village"] == "Thôn 1"


def test_two_revisions_of_one_record_in_one_request_come_whole(world: World) -> None:
    tablet = world.tablet()
    create = tablet.create()
    frames = tablet.sync(push=[create, tablet.change(create["record_id"], {"village": "Thôn 2"})])
    assert kinds(frames) == ["hello", "res", "res", "rec", "end"]
    assert stubs(frames) == [False, False]
    assert rows(frames)[0]["rev"] == 2


def test_a_repeated_request_gets_its_verdicts_and_the_rows(world: World) -> None:
    tablet = world.tablet()
    changes = [tablet.create(), tablet.create()]
    tablet.ask(push=changes)
    frames = tablet.sync(push=changes)
    assert kinds(frames) == ["hello", "res", "res", "rec", "rec", "end"]
    assert stubs(frames) == [False, False]


def test_the_same_change_twice_in_one_request_stands_for_its_row_once(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    frames = tablet.sync(push=[change, change, tablet.create()])
    assert kinds(frames) == ["hello", "res", "res", "res", "end"]
    assert stubs(frames) == [True, False, True]


def test_rows_of_others_come_beside_the_verdicts(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    theirs = other.created(SESSION, type="outreach_session")
    frames = tablet.sync(push=[tablet.create(), tablet.create()])
    assert stubs(frames) == [True, True]
    assert [row["id"] for row in rows(frames)] == [theirs]


def test_under_another_epoch_nothing_is_left_out(world: World) -> None:
    tablet = world.tablet()
    frames = tablet.ask(push=[tablet.create(), tablet.create()], epoch="another")
    assert kinds(frames) == ["hello", "res", "res", "rec", "rec", "end"]
    assert stubs(frames) == [False, False]


def test_a_change_filed_under_the_scope_its_record_left_names_the_scope_it_is_in(world: World) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT)
    record_id = tablet.created()
    world.move(record_id, OTHER_UNIT)
    tablet.pull()
    frames = tablet.sync(push=[tablet.change(record_id, {"village": "Thôn 2"}, scope=UNIT), tablet.create()])
    assert [(frame["scope"], frame["stub"]) for frame in frames[1:3]] == [(OTHER_UNIT, True), (UNIT, True)]
    assert tablet.base[record_id]["data"]["village"] == "Thôn 2"
