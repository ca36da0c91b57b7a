"""Late changes of a merged record become conflicts of its merge target (protocol §5.6)."""

from __future__ import annotations

import pytest
from tests.world import ESTABLISHMENT, OTHER_UNIT, SESSION, UNIT, Json, Tablet, World

from field178_server.database.models import ChangeHistory
from field178_shared.ids import conflict_id
from field178_shared.wire.canonical import short_hash


def merged(tablet: Tablet) -> tuple[str, str]:
    """Two records, the first merged into the second."""
    record_id, survivor = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"}), tablet.created()
    tablet.world.merge(record_id, survivor)
    tablet.pull()
    return record_id, survivor


def entry_of(tablet: Tablet, survivor: str, path: str, change: Json) -> Json:
    data = tablet.base[conflict_id(survivor, path, tablet.device)]["data"]
    assert (data["record"], data["state"]) == (survivor, "open")
    entry: Json = data["entries"][change["change_id"]]
    return entry


def test_a_late_value_waits_at_the_merge_target_and_changes_nothing(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = merged(tablet)
    before = tablet.base[record_id]
    late = tablet.change(record_id, {"village": "Thôn 2"}, was={"village": "Thôn 1"})
    (receipt,) = tablet.push(late)
    verdict = [receipt[name] for name in ("status", "reason", "rev", "scope")]
    assert verdict == ["conflict", "merged", before["rev"], UNIT]
    assert entry_of(tablet, survivor, "village", late) == {
        "was": "Thôn 1",
        "mine": "Thôn 2",
        "user": late["user"],
        "at": late["at"],
        "reason": "merged",
    }
    assert tablet.base[record_id] == before
    assert tablet.base[survivor]["rev"] == 1
    assert [row.rev for row in world.rows(ChangeHistory, ChangeHistory.change_id == late["change_id"])] == [
        None
    ]


def test_late_value_equal_to_that_of_the_merge_target_makes_no_conflict(world: World) -> None:
    tablet = world.tablet()
    record_id, _ = merged(tablet)
    same = tablet.change(record_id, {"name": ESTABLISHMENT["name"]}, was={"name": "khác"})
    assert tablet.push(same)[0]["status"] == "unchanged"


def test_a_late_deletion_waits_at_the_merge_target(world: World) -> None:
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


def test_settling_at_a_merged_record_takes_its_value_to_the_merge_target(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = merged(tablet)
    unknown = tablet.change(record_id, {"village": "Thôn 5"}, op="resolve", conflicts={world.ids.random(): 1})
    assert tablet.push(unknown)[0]["reason"] == "conflict_unknown"
    settling = tablet.change(record_id, {"village": "Thôn 5"}, op="resolve", conflicts={})
    assert tablet.push(settling)[0]["reason"] == "merged"
    assert entry_of(tablet, survivor, "village", settling)["mine"] == "Thôn 5"


def test_a_chain_of_merges_leads_to_its_end(world: World) -> None:
    tablet = world.tablet()
    record_id, middle = merged(tablet)
    end = tablet.created()
    world.merge(middle, end)
    late = tablet.change(record_id, {"village": "Thôn 2"})
    tablet.push(late)
    assert entry_of(tablet, end, "village", late)["mine"] == "Thôn 2"


def test_a_tablet_cannot_write_the_alias_by_hand(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created(SESSION, type="outreach_session")
    by_hand = tablet.change(record_id, {"merged_into": record_id}, type="outreach_session")
    assert tablet.push(by_hand)[0]["reason"] == "locked"
    assert "merged_into" not in tablet.base[record_id]["data"]


def test_a_late_word_reaches_a_merge_target_that_moved_out_of_sight_without_telling_of_it(
    world: World,
) -> None:
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


def test_merge_operation_of_an_old_tablet_is_quarantined_as_unknown(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = tablet.created(), tablet.created()
    (receipt,) = tablet.push(tablet.change(record_id, {}, op="merge_into", into=survivor))
    assert (receipt["status"], receipt["reason"]) == ("quarantined", "unknown_op")
    assert not tablet.base[record_id]["deleted"]


@pytest.mark.parametrize("end", ["deleted", "there"])
def test_receipt_does_not_reveal_values_of_a_hidden_merge_target(world: World, end: str) -> None:
    tablet, other = world.tablet(), world.tablet(UNIT, OTHER_UNIT)
    record_id, survivor = merged(tablet)
    world.move(survivor, OTHER_UNIT)
    other.pull()
    if end == "deleted":
        seen = short_hash(other.base[survivor]["data"])
        other.push(other.delete(survivor, seen, scope=OTHER_UNIT))
    guesses = [
        tablet.change(record_id, {"name": ESTABLISHMENT["name"]}),
        tablet.change(record_id, {"name": "khác"}),
        tablet.delete(record_id, short_hash(tablet.base[record_id]["data"])),
    ]
    verdicts = [
        (receipt["status"], receipt["reason"], receipt["details"]) for receipt in tablet.push(*guesses)
    ]
    assert verdicts == [("conflict", "merged", {})] * len(guesses)


def test_late_value_equal_to_that_of_a_hidden_merge_target_makes_no_conflict(world: World) -> None:
    tablet, other = world.tablet(), world.tablet(OTHER_UNIT)
    record_id, survivor = merged(tablet)
    world.move(survivor, OTHER_UNIT)
    tablet.push(tablet.change(record_id, {"name": ESTABLISHMENT["name"]}))
    other.pull()
    assert set(other.base) == {survivor}
