"""A `resolve` of conflicts closes the entries that its author had seen and no later ones (protocol §5.5)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.world import ESTABLISHMENT, OTHER_UNIT, SESSION, Json, Tablet, World

from field178_server.database.models import ChangeHistory, ConflictRow
from field178_shared.ids import conflict_id, review_id
from field178_shared.wire.canonical import short_hash


def disputed(tablet: Tablet) -> tuple[str, str]:
    """A record with an open conflict at `village`: mine "Thôn 3", standing "Thôn 1"."""
    record_id = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"})
    return record_id, clash(tablet, record_id, "Thôn 3")


def clash(tablet: Tablet, record_id: str, value: str) -> str:
    tablet.push(tablet.change(record_id, {"village": value}, was={"village": "Thôn 0"}))
    return conflict_id(record_id, "village", tablet.device)


def resolve(tablet: Tablet, record_id: str, conflicts: Any, set_: Json | None = None, **more: Any) -> Json:
    return tablet.change(record_id, set_ or {}, op="resolve", conflicts=conflicts, **more)


def test_taking_ones_own_value_sets_it_and_closes_the_conflict(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id, conflict = disputed(tablet)
    mine = resolve(tablet, record_id, {conflict: 1}, {"village": "Thôn 3"}, was={"village": "Thôn 1"})
    (receipt,) = tablet.push(mine)
    assert (receipt["status"], receipt["reason"], receipt["rev"], receipt["details"]) == (
        "applied",
        None,
        2,
        {},
    )
    assert tablet.base[record_id]["data"]["village"] == "Thôn 3"
    closed = tablet.base[conflict]
    assert (closed["rev"], closed["deleted"], closed["data"]["state"]) == (2, True, "resolved")
    other.pull()
    assert {row_id for row_id, row in other.base.items() if not row["deleted"]} == {record_id}
    assert [row.state for row in world.rows(ConflictRow)] == ["resolved"]
    assert [row.rev for row in world.rows(ChangeHistory, ChangeHistory.change_id == mine["change_id"])] == [2]


def test_choice_of_the_current_value_only_closes_the_conflict(world: World) -> None:
    tablet = world.tablet()
    record_id, conflict = disputed(tablet)
    keep = resolve(tablet, record_id, {conflict: 1})
    (receipt,) = tablet.push(keep)
    record = tablet.base[record_id]
    assert (receipt["status"], receipt["rev"], record["rev"]) == ("applied", 1, 1)
    assert record["data"]["village"] == "Thôn 1"
    assert tablet.base[conflict]["deleted"]
    assert [row.rev for row in world.rows(ChangeHistory, ChangeHistory.change_id == keep["change_id"])] == [
        None
    ]


def test_a_repeated_resolution_changes_nothing(world: World) -> None:
    tablet = world.tablet()
    record_id, conflict = disputed(tablet)
    keep = resolve(tablet, record_id, {conflict: 1})
    first = tablet.push(keep)
    after = tablet.base[conflict]
    assert tablet.push(keep) == first
    again = resolve(tablet, record_id, {conflict: 1})
    assert tablet.push(again)[0]["status"] == "unchanged"
    assert tablet.base[conflict] == after


def test_a_value_that_came_after_the_look_stays_open(world: World) -> None:
    tablet = world.tablet()
    record_id, conflict = disputed(tablet)
    clash(tablet, record_id, "Thôn 4")
    blind = resolve(tablet, record_id, {conflict: 1})
    (receipt,) = tablet.push(blind)
    assert (receipt["status"], receipt["details"]) == ("applied", {"open": [conflict]})
    assert tablet.push(blind) == [receipt]
    still = tablet.base[conflict]
    assert (still["deleted"], still["data"]["state"], still["rev"]) == (False, "open", 2)
    assert tablet.push(resolve(tablet, record_id, {conflict: 2}))[0]["details"] == {}
    assert tablet.base[conflict]["deleted"]


def test_a_resolution_that_conflicts_itself_is_kept_for_people(world: World) -> None:
    tablet = world.tablet()
    record_id, conflict = disputed(tablet)
    tablet.push(tablet.change(record_id, {"village": "Thôn 2"}, was={"village": "Thôn 1"}))
    late = resolve(tablet, record_id, {conflict: 1}, {"village": "Thôn 3"}, was={"village": "Thôn 1"})
    (receipt,) = tablet.push(late)
    assert (receipt["status"], receipt["reason"], receipt["details"]) == (
        "conflict",
        "changed",
        {"open": [conflict]},
    )
    assert tablet.base[record_id]["data"]["village"] == "Thôn 2"
    kept = tablet.base[conflict]["data"]
    assert (kept["state"], kept["entries"][late["change_id"]]["mine"]) == ("open", "Thôn 3")


def test_a_resolved_conflict_opens_again_for_another_value(world: World) -> None:
    tablet = world.tablet()
    record_id, conflict = disputed(tablet)
    tablet.push(resolve(tablet, record_id, {conflict: 1}))
    clash(tablet, record_id, "Thôn 5")
    opened = tablet.base[conflict]
    assert (opened["rev"], opened["deleted"], opened["data"]["state"]) == (3, False, "open")


def test_one_resolution_may_close_conflicts_of_several_tablets(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id, first = disputed(tablet)
    second = clash(other, record_id, "Thôn 7")
    other.pull()
    assert other.push(resolve(other, record_id, {first: 1, second: 1}))[0]["status"] == "applied"
    assert [other.base[conflict]["deleted"] for conflict in (first, second)] == [True, True]


@pytest.mark.parametrize("named", ["nowhere", "of another record", "a review"])
def test_resolution_that_names_no_conflict_of_the_record_is_quarantined_whole(
    world: World, named: str
) -> None:
    tablet = world.tablet()
    record_id, conflict = disputed(tablet)
    session = tablet.created(SESSION, type="outreach_session")
    world.review(session, "returned")
    other = {
        "nowhere": world.ids.random(),
        "of another record": disputed(tablet)[1],
        "a review": review_id(session),
    }[named]
    bad = resolve(
        tablet, record_id, {conflict: 1, other: 1}, {"village": "Thôn 3"}, was={"village": "Thôn 1"}
    )
    (receipt,) = tablet.push(bad)
    assert (receipt["status"], receipt["reason"], receipt["rev"]) == ("quarantined", "conflict_unknown", 0)
    assert receipt["details"] == {other: ["conflict_unknown"]}
    assert tablet.base[record_id]["rev"] == 1
    assert not tablet.base[conflict]["deleted"]


@pytest.mark.parametrize("conflicts", [None, [], "x", {"x": "1"}, {"x": True}])
def test_a_resolution_that_names_nothing_readable_is_kept_and_delays_nothing(
    world: World, conflicts: object
) -> None:
    tablet = world.tablet()
    record_id, _ = disputed(tablet)
    bad, good = resolve(tablet, record_id, conflicts), tablet.create()
    first, second = tablet.push(bad, good)
    assert (first["reason"], first["details"]) == ("schema", {"conflicts": ["wrong_type"]})
    assert second["status"] == "applied"


def test_a_resolution_obeys_the_rules_of_content(world: World) -> None:
    tablet = world.tablet()
    record_id, conflict = disputed(tablet)
    bad = resolve(tablet, record_id, {conflict: 1}, {"name": 7}, was={"name": ESTABLISHMENT["name"]})
    assert tablet.push(bad)[0]["reason"] == "schema"
    assert not tablet.base[conflict]["deleted"]


def test_resolution_of_a_closed_record_takes_no_value(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created({**SESSION, "venue": "A"}, type="outreach_session")
    tablet.push(tablet.change(record_id, {"venue": "B"}, was={"venue": "C"}, type="outreach_session"))
    conflict = conflict_id(record_id, "venue", tablet.device)
    world.review(record_id, "approved")
    tablet.pull()
    more: Json = {"type": "outreach_session"}
    late = resolve(tablet, record_id, {conflict: 1}, {"venue": "B"}, was={"venue": "A"}, **more)
    (receipt,) = tablet.push(late)
    assert (receipt["status"], receipt["reason"]) == ("conflict", "locked")
    assert tablet.base[record_id]["data"]["venue"] == "A"
    assert tablet.push(resolve(tablet, record_id, {conflict: 2}, **more))[0]["status"] == "applied"
    assert tablet.base[conflict]["deleted"]


def test_resolution_alone_does_not_bring_a_deleted_record_back(world: World) -> None:
    tablet = world.tablet()
    record_id, conflict = disputed(tablet)
    tablet.push(tablet.delete(record_id, short_hash(tablet.base[record_id]["data"])))
    assert tablet.push(resolve(tablet, record_id, {conflict: 1}))[0]["status"] == "applied"
    assert tablet.base[record_id]["deleted"]
    assert tablet.base[conflict]["deleted"]


def test_a_record_out_of_reach_is_not_resolved(world: World) -> None:
    tablet, stranger = world.tablet(), world.tablet(OTHER_UNIT)
    record_id, conflict = disputed(tablet)
    (receipt,) = stranger.push(resolve(stranger, record_id, {conflict: 1}, scope=OTHER_UNIT))
    assert (receipt["reason"], receipt["rev"], receipt["scope"]) == ("orphan", 0, OTHER_UNIT)
    tablet.pull()
    assert not tablet.base[conflict]["deleted"]


def test_a_resolution_counts_as_one_revision_of_the_conflict_in_the_feed(world: World) -> None:
    tablet = world.tablet()
    record_id, conflict = disputed(tablet)
    cursor = dict(tablet.cursors)
    frames = tablet.sync(push=[resolve(tablet, record_id, {conflict: 1})])
    assert [frame["id"] for frame in frames if frame["frame"] == "rec"] == [conflict]
    assert tablet.cursors != cursor
