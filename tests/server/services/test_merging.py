"""Merging records: `merge_into`, late words on a merged record, chains, circles (protocol §5.6)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.world import ESTABLISHMENT, OTHER_UNIT, SESSION, TEAM, UNIT, Json, Tablet, World

from field178_server.models import Change, DeviceScope, EstablishmentRow, Quarantine
from field178_server.queries.history import history_of
from field178_server.unit_of_work import snapshot
from field178_shared.canonical import short_hash
from field178_shared.ids import conflict_id


def merge(tablet: Tablet, record_id: str, into: Any, **more: Any) -> Json:
    return tablet.change(record_id, {}, op="merge_into", into=into, **more)


def merged(tablet: Tablet) -> tuple[str, str]:
    """Two records, the first merged into the second."""
    record_id, survivor = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"}), tablet.created()
    assert tablet.push(merge(tablet, record_id, survivor))[0]["status"] == "applied"
    return record_id, survivor


def entry_of(tablet: Tablet, survivor: str, path: str, change: Json) -> Json:
    data = tablet.base[conflict_id(survivor, path, tablet.device)]["data"]
    assert (data["record"], data["state"]) == (survivor, "open")
    found: Json = data["entries"][change["change_id"]]
    return found


def test_a_merged_record_is_deleted_and_names_its_survivor(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id, survivor = tablet.created(), tablet.created()
    change = merge(tablet, record_id, survivor)
    (receipt,) = tablet.push(change)
    row = tablet.base[record_id]
    assert (receipt["status"], receipt["reason"], receipt["rev"], receipt["h"]) == (
        "applied",
        None,
        2,
        row["h"],
    )
    assert (row["deleted"], row["data"]) == (True, {**ESTABLISHMENT, "merged_into": survivor})
    assert tablet.base[survivor]["rev"] == 1
    other.pull()
    assert [one for one, held in other.base.items() if not held["deleted"]] == [survivor]
    assert [one.record_id for one in world.rows(EstablishmentRow)] == [survivor]
    assert tablet.push(change) == [receipt]


def test_a_late_value_waits_at_the_survivor_and_changes_nothing(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = merged(tablet)
    before = tablet.base[record_id]
    late = tablet.change(record_id, {"village": "Thôn 2"}, was={"village": "Thôn 1"})
    (receipt,) = tablet.push(late)
    told = [receipt[name] for name in ("status", "reason", "rev", "h", "scope")]
    assert told == ["conflict", "merged", before["rev"], before["h"], UNIT]
    assert entry_of(tablet, survivor, "village", late) == {
        "was": "Thôn 1",
        "mine": "Thôn 2",
        "user": late["user"],
        "at": late["at"],
        "reason": "merged",
    }
    assert tablet.base[record_id] == before
    assert tablet.base[survivor]["rev"] == 1
    assert [row.rev for row in world.rows(Change, Change.change_id == late["change_id"])] == [None]


def test_a_late_value_that_the_survivor_holds_already_needs_nobody(world: World) -> None:
    tablet = world.tablet()
    record_id, _ = merged(tablet)
    same = tablet.change(record_id, {"name": ESTABLISHMENT["name"]}, was={"name": "khác"})
    assert tablet.push(same)[0]["status"] == "unchanged"


def test_a_late_deletion_waits_at_the_survivor(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = merged(tablet)
    late = tablet.delete(record_id, short_hash(tablet.base[record_id]["data"]))
    assert [tablet.push(late)[0][name] for name in ("status", "reason")] == ["conflict", "merged"]
    assert entry_of(tablet, survivor, "_deleted", late)["mine"] is True
    assert not tablet.base[survivor]["deleted"]


def test_a_late_create_with_the_alias_is_an_edit_of_a_merged_record(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id, survivor = merged(tablet)
    again = other.change(record_id, {**ESTABLISHMENT, "village": "Thôn 9"}, create=True)
    assert other.push(again)[0]["reason"] == "merged"
    assert entry_of(other, survivor, "village", again)["mine"] == "Thôn 9"


def test_settling_at_a_merged_record_takes_its_value_to_the_survivor(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = merged(tablet)
    unknown = tablet.change(record_id, {"village": "Thôn 5"}, op="resolve", conflicts={world.ids.random(): 1})
    assert tablet.push(unknown)[0]["reason"] == "conflict_unknown"
    settling = tablet.change(record_id, {"village": "Thôn 5"}, op="resolve", conflicts={})
    assert tablet.push(settling)[0]["reason"] == "merged"
    assert entry_of(tablet, survivor, "village", settling)["mine"] == "Thôn 5"


def test_open_disagreements_go_to_the_survivor_with_the_merge(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"}), tablet.created()
    clash = tablet.change(record_id, {"village": "Thôn 3"}, was={"village": "Thôn 0"})
    tablet.push(clash)
    tablet.push(merge(tablet, record_id, survivor))
    moved = entry_of(tablet, survivor, "village", clash)
    assert (moved["mine"], moved["reason"], "current" in moved) == ("Thôn 3", "merged", False)
    closed = tablet.base[conflict_id(record_id, "village", tablet.device)]
    assert (closed["deleted"], closed["data"]["state"]) == (True, "resolved")


def test_a_chain_of_merges_leads_to_its_end(world: World) -> None:
    tablet = world.tablet()
    record_id, middle = merged(tablet)
    end = tablet.created()
    tablet.push(merge(tablet, middle, end))
    late = tablet.change(record_id, {"village": "Thôn 2"})
    tablet.push(late)
    assert entry_of(tablet, end, "village", late)["mine"] == "Thôn 2"


def test_a_chain_made_in_one_request_leads_to_its_end(world: World) -> None:
    tablet = world.tablet()
    first, second, third = (tablet.created() for _ in range(3))
    late = tablet.change(first, {"village": "Thôn 2"})
    receipts = tablet.push(merge(tablet, first, second), merge(tablet, second, third), late)
    assert [one["status"] for one in receipts] == ["applied", "applied", "conflict"]
    assert entry_of(tablet, third, "village", late)["mine"] == "Thôn 2"


def test_merging_into_an_alias_means_the_record_behind_it(world: World) -> None:
    tablet = world.tablet()
    alias, survivor = merged(tablet)
    third = tablet.created()
    assert tablet.push(merge(tablet, third, alias))[0]["status"] == "applied"
    late = tablet.change(third, {"village": "Thôn 2"})
    tablet.push(late)
    assert entry_of(tablet, survivor, "village", late)["mine"] == "Thôn 2"


@pytest.mark.parametrize("length", [0, 1, 2])
def test_records_are_never_merged_in_a_circle(world: World, length: int) -> None:
    tablet = world.tablet()
    first, *others = (tablet.created() for _ in range(length + 1))
    chain = [first, *others]
    for one, following in zip(chain[1:], chain, strict=False):
        assert tablet.push(merge(tablet, one, following))[0]["status"] == "applied"
    (receipt,) = tablet.push(merge(tablet, first, chain[-1]))
    assert (receipt["status"], receipt["reason"], receipt["details"]) == (
        "quarantined",
        "rule",
        {"into": ["merge_circle"]},
    )
    assert not tablet.base[first]["deleted"]


def test_merging_again_is_unchanged_and_merging_elsewhere_is_decided_by_people(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = merged(tablet)
    third = tablet.created()
    assert tablet.push(merge(tablet, record_id, survivor))[0]["status"] == "unchanged"
    elsewhere = merge(tablet, record_id, third)
    assert tablet.push(elsewhere)[0]["reason"] == "merged"
    assert entry_of(tablet, survivor, "merged_into", elsewhere)["mine"] == third
    assert tablet.base[record_id]["data"]["merged_into"] == survivor


@pytest.mark.parametrize("target", ["unknown", "deleted", "hidden", "moved out of sight"])
def test_nothing_is_merged_into_what_is_not_there_for_the_tablet(world: World, target: str) -> None:
    tablet, other = world.tablet(), world.tablet(UNIT, OTHER_UNIT)
    record_id = tablet.created()
    into = world.ids.random()
    if target == "hidden":
        into = other.created({**ESTABLISHMENT, "unit_id": "c11632_v1"}, scope=OTHER_UNIT)
    elif target != "unknown":
        into = tablet.created()
    if target == "deleted":
        tablet.push(tablet.delete(into, short_hash(tablet.base[into]["data"])))
    if target == "moved out of sight":
        world.move(into, OTHER_UNIT)
    (receipt,) = tablet.push(merge(tablet, record_id, into))
    told = [receipt[name] for name in ("status", "reason", "rev", "seq", "h", "details")]
    assert told == ["quarantined", "into_unknown", 0, None, None, {"into": ["into_unknown"]}]
    assert not tablet.base[record_id]["deleted"]


def test_a_merge_waits_for_the_record_it_merges_into(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id, late = tablet.created(), other.create()
    waiting = merge(tablet, record_id, late["record_id"])
    tablet.push(waiting)
    other.push(late)
    tablet.pull()
    assert tablet.receipts[waiting["change_id"]]["status"] == "applied"
    assert tablet.base[record_id]["data"]["merged_into"] == late["record_id"]
    assert [row.state for row in world.rows(Quarantine)] == ["applied"]


def test_records_of_different_types_are_not_merged(world: World) -> None:
    tablet = world.tablet()
    record_id, session = tablet.created(), tablet.created(SESSION, type="outreach_session")
    (receipt,) = tablet.push(merge(tablet, record_id, session))
    assert (receipt["reason"], receipt["details"]) == ("schema", {"into": ["wrong_type"]})


@pytest.mark.parametrize("into", [None, 7, "nowhere", [], {"a": 1}])
def test_a_merge_that_names_nothing_readable_is_kept_and_delays_nothing(world: World, into: object) -> None:
    tablet = world.tablet()
    bad, good = merge(tablet, tablet.created(), into), tablet.create()
    first, second = tablet.push(bad, good)
    assert (first["reason"], first["details"]) == ("schema", {"into": ["wrong_type"]})
    assert second["status"] == "applied"


def test_a_merge_says_nothing_else(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = tablet.created(), tablet.created()
    both = tablet.change(record_id, {"village": "Thôn 2"}, op="merge_into", into=survivor)
    assert tablet.push(both)[0]["details"] == {"set": ["wrong_type"]}


def test_a_merge_by_someone_who_had_not_seen_the_content_is_decided_by_people(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id, survivor = tablet.created(), tablet.created()
    other.pull()
    seen = short_hash(other.base[record_id]["data"])
    tablet.push(tablet.change(record_id, {"village": "Thôn 2"}))
    blind = merge(other, record_id, survivor, was={"_h": seen})
    assert [other.push(blind)[0][name] for name in ("status", "reason")] == ["conflict", "changed"]
    assert not other.base[record_id]["deleted"]
    assert entry_of(other, record_id, "merged_into", blind)["mine"] == survivor
    own = merge(tablet, record_id, survivor, base_rev=1, was={"_h": seen})
    assert tablet.push(own)[0]["status"] == "applied"


def test_a_closed_record_is_not_merged_away(world: World) -> None:
    tablet = world.tablet()
    more: Json = {"type": "outreach_session"}
    record_id, survivor = tablet.created(SESSION, **more), tablet.created(SESSION, **more)
    world.review(record_id, "approved")
    tablet.pull()
    late = merge(tablet, record_id, survivor, **more)
    assert [tablet.push(late)[0][name] for name in ("status", "reason")] == ["conflict", "locked"]
    assert not tablet.base[record_id]["deleted"]
    assert entry_of(tablet, record_id, "merged_into", late)["mine"] == survivor


def test_a_tablet_cannot_write_the_alias_by_hand(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created(SESSION, type="outreach_session")
    by_hand = tablet.change(record_id, {"merged_into": record_id}, type="outreach_session")
    assert tablet.push(by_hand)[0]["reason"] == "locked"
    assert "merged_into" not in tablet.base[record_id]["data"]


def test_a_late_word_reaches_a_survivor_that_moved_out_of_sight_without_telling_of_it(world: World) -> None:
    tablet, other = world.tablet(), world.tablet(OTHER_UNIT)
    record_id, survivor = merged(tablet)
    world.move(survivor, OTHER_UNIT)
    late = tablet.change(record_id, {"village": "Thôn 2"})
    frames = tablet.sync(push=[late])
    assert tablet.receipts[late["change_id"]]["reason"] == "merged"
    assert OTHER_UNIT not in str(frames)
    other.pull()
    kept = other.base[conflict_id(survivor, "village", tablet.device)]
    assert kept["data"]["entries"][late["change_id"]]["mine"] == "Thôn 2"


@pytest.mark.parametrize("end", ["deleted", "there"])
def test_a_verdict_does_not_tell_what_a_survivor_out_of_sight_holds(world: World, end: str) -> None:
    tablet, other = world.tablet(), world.tablet(UNIT, OTHER_UNIT)
    record_id, survivor = merged(tablet)
    alias = tablet.created()
    world.move(survivor, OTHER_UNIT)
    other.pull()
    if end == "deleted":
        seen = short_hash(other.base[survivor]["data"])
        other.push(other.delete(survivor, seen, scope=OTHER_UNIT))
    guesses = [
        tablet.change(record_id, {"name": ESTABLISHMENT["name"]}),
        tablet.change(record_id, {"name": "khác"}),
        tablet.delete(record_id, short_hash(tablet.base[record_id]["data"])),
        merge(tablet, record_id, alias),
    ]
    told = [(one["status"], one["reason"], one["details"]) for one in tablet.push(*guesses)]
    assert told == [("conflict", "merged", {})] * len(guesses)


def test_a_value_that_a_survivor_out_of_sight_holds_already_needs_nobody(world: World) -> None:
    tablet, other = world.tablet(), world.tablet(OTHER_UNIT)
    record_id, survivor = merged(tablet)
    world.move(survivor, OTHER_UNIT)
    tablet.push(tablet.change(record_id, {"name": ESTABLISHMENT["name"]}))
    other.pull()
    assert set(other.base) == {survivor}


def test_the_history_tells_of_the_merge(world: World) -> None:
    record_id, survivor = merged(tablet := world.tablet())
    with snapshot(world.engine) as session:
        history = history_of(
            session, world.tenant_id, record_id, "establishment", tablet.base[record_id]["data"]
        )
    assert history.is_complete
    assert [one.path for one in history.revisions[-1].differences] == ["merged_into"]
    assert history.revisions[-1].differences[0].after == survivor


def test_records_of_teams_are_merged_too(world: World) -> None:
    tablet = world.tablet(UNIT, TEAM)
    assert len(world.rows(DeviceScope)) == 2
    more: Json = {"type": "outreach_session"}
    record_id, survivor = tablet.created(SESSION, **more), tablet.created(SESSION, **more)
    assert tablet.push(merge(tablet, record_id, survivor, **more))[0]["status"] == "applied"
