"""What becomes of a pushed change, row by row of the protocol's tables (§5), on both engines."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from tests.shared import builders
from tests.world import ESTABLISHMENT, OTHER_UNIT, SESSION, TEAM, UNIT, Json, Tablet, World

from field178_server.database.models import (
    ChangeHistory,
    ConflictRow,
    Device,
    DeviceScope,
    Quarantine,
    Record,
    StoredReceipt,
)
from field178_server.database.unit_of_work import snapshot
from field178_server.records.history import RecordHistory, history_of
from field178_shared.ids import conflict_id
from field178_shared.wire.canonical import canonical, short_hash


def seen(tablet: Tablet, record_id: str) -> str:
    return short_hash(tablet.base[record_id]["data"])


def entry(tablet: Tablet, record_id: str, path: str, change: Json, author: Tablet | None = None) -> Json:
    conflict = tablet.base[conflict_id(record_id, path, (author or tablet).device)]
    conflict_entry: Json = conflict["data"]["entries"][change["change_id"]]
    return conflict_entry


def test_a_create_is_stored_with_history_receipt_and_feed(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    (receipt,) = tablet.push(change)
    assert (receipt["status"], receipt["rev"], receipt["seq"]) == ("applied", 1, 1)
    stored = tablet.base[change["record_id"]]
    (row,) = world.rows(StoredReceipt)
    assert (stored["data"], stored["rev"], stored["h"]) == (ESTABLISHMENT, 1, row.h)
    (kept,) = world.rows(ChangeHistory)
    assert kept.payload.encode() == canonical({**change, "set": None})
    assert (kept.rev, kept.user_id, kept.device_id) == (1, change["user"], tablet.device)


def test_values_of_a_create_enter_the_history_when_the_record_changes(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    tablet.push(change)
    tablet.push(tablet.change(change["record_id"], {"village": "Thôn 2"}, base_rev=1))
    tablet.push(tablet.change(change["record_id"], {"village": "Thôn 3"}, was={"village": "Thôn 2"}))
    first = next(row for row in world.rows(ChangeHistory) if row.rev == 1)
    assert first.payload.encode() == canonical(change)
    villages = [revision.data.get("village") for revision in _history(world, change["record_id"]).revisions]
    assert villages == [ESTABLISHMENT.get("village"), "Thôn 2", "Thôn 3"]


def test_a_create_and_its_edit_in_one_push_are_both_in_the_history(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    tablet.push(change, tablet.change(change["record_id"], {"village": "Thôn 2"}))
    assert [row.payload.encode() for row in world.rows(ChangeHistory) if row.rev == 1] == [canonical(change)]
    assert _history(world, change["record_id"]).is_complete


def test_history_of_a_first_revision_equals_the_record(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    tablet.push(change)
    history = _history(world, change["record_id"])
    assert [revision.data for revision in history.revisions] == [ESTABLISHMENT]
    assert history.is_complete


def test_a_member_of_a_later_protocol_is_no_content(world: World) -> None:
    tablet = world.tablet()
    change = {**tablet.create(), "later": {"set": None}}
    tablet.push(change)
    tablet.push(tablet.change(change["record_id"], {"village": "Thôn 2"}, base_rev=1))
    history = _history(world, change["record_id"])
    assert history.is_complete
    assert history.revisions[0].data == ESTABLISHMENT


def _history(world: World, record_id: str) -> RecordHistory:
    with snapshot(world.engine) as session:
        record = session.get_one(Record, (world.tenant_id, record_id))
        return history_of(session, world.tenant_id, record_id, record.type, json.loads(record.body))


def test_a_repeated_change_gets_its_stored_receipt_and_changes_nothing(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    first = tablet.push(change)
    tablet.push(tablet.change(change["record_id"], {"village": "Thôn 2"}))
    assert tablet.push(change, change) == [*first, *first]
    assert tablet.base[change["record_id"]]["data"]["village"] == "Thôn 2"
    assert len(world.rows(StoredReceipt)) == 2


def test_receipt_for_a_tablet_without_a_grant_hides_revision_and_hash(world: World) -> None:
    tablet, same_area, stranger = world.tablet(), world.tablet(), world.tablet(OTHER_UNIT)
    change = tablet.create()
    first = tablet.push(change)
    assert same_area.push(change) == first
    assert stranger.push(change) == [{**first[0], "rev": None, "seq": None}]
    assert [same_area.digest(same_area.scope)[0], stranger.digest(stranger.scope)[0]] == [1, 1]


def test_other_content_under_a_used_change_id_is_quarantined(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    good = tablet.push(change)
    other = {**change, "set": {**ESTABLISHMENT, "name": "Khác"}}
    bad = tablet.push(other)
    assert (bad[0]["status"], bad[0]["reason"], bad[0]["rev"], bad[0]["seq"]) == (
        "quarantined",
        "id_reuse",
        0,
        None,
    )
    assert tablet.push(other) == bad
    assert tablet.push(change) == good
    assert tablet.pull()[-1]["frame"] == "end"
    assert tablet.digest(tablet.scope)[0] == 1
    (kept,) = world.rows(Quarantine)
    assert kept.payload.encode() == canonical(other)


def test_both_contents_of_one_id_may_come_in_one_request(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    first, second = tablet.push(change, {**change, "set": {**ESTABLISHMENT, "name": "Khác"}})
    assert (first["status"], second["reason"]) == ("applied", "id_reuse")


def test_a_path_the_author_had_seen_is_set_and_another_one_conflicts(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id = tablet.created({**ESTABLISHMENT, "village": "Thôn 1", "rooms_total": 5})
    other.pull()
    tablet.push(tablet.change(record_id, {"village": "Thôn 2"}, was={"village": "Thôn 1"}))
    late = other.change(
        record_id, {"village": "Thôn 3", "rooms_total": 6}, was={"village": "Thôn 1", "rooms_total": 5}
    )
    (receipt,) = other.push(late)
    assert (receipt["status"], receipt["reason"], receipt["rev"]) == ("conflict", "changed", 3)
    data = other.base[record_id]["data"]
    assert (data["village"], data["rooms_total"]) == ("Thôn 2", 6)
    conflict_entry = entry(other, record_id, "village", late)
    assert (
        conflict_entry["was"],
        conflict_entry["mine"],
        conflict_entry["current"],
        conflict_entry["reason"],
    ) == (
        "Thôn 1",
        "Thôn 3",
        "Thôn 2",
        "changed",
    )
    tablet.pull()
    assert tablet.base == other.base


def test_a_conflict_alone_leaves_the_record_at_its_revision(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"})
    (receipt,) = tablet.push(tablet.change(record_id, {"village": "Thôn 3"}, was={"village": "Thôn 0"}))
    assert (receipt["status"], receipt["rev"], receipt["seq"]) == ("conflict", 1, 1)
    assert tablet.base[record_id]["rev"] == 1


def test_the_value_that_is_there_already_is_no_change(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"})
    same = tablet.change(record_id, {"village": "Thôn 1", "rooms_total": None})
    (receipt,) = tablet.push(same)
    assert (receipt["status"], receipt["rev"], receipt["seq"]) == ("unchanged", 1, 1)


def test_revisions_are_those_right_after_each_change_and_the_stamp_is_the_last(world: World) -> None:
    tablet = world.tablet()
    create = tablet.create()
    record_id = create["record_id"]
    edits = [tablet.change(record_id, {"rooms_total": n}, was={"rooms_total": n - 1 or None}) for n in (1, 2)]
    other = tablet.create()
    receipts = tablet.push(create, other, *edits)
    assert [(receipt["rev"], receipt["seq"]) for receipt in receipts] == [(1, 1), (1, 2), (2, 1), (3, 1)]
    stored = {row.change_id: row.h for row in world.rows(StoredReceipt)}
    assert len(set(stored.values())) == 4
    assert stored[edits[1]["change_id"]] == tablet.base[record_id]["h"]


def test_create_of_an_existing_record_is_an_edit_without_a_base(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id = tablet.created()
    again = other.change(
        record_id,
        {**ESTABLISHMENT, "name": "Tên khác", "rooms_total": 4},
        create=True,
        was={"name": ESTABLISHMENT["name"]},
    )
    (receipt,) = other.push(again)
    assert receipt["status"] == "conflict"
    assert other.base[record_id]["data"] == {**ESTABLISHMENT, "rooms_total": 4}
    conflict_entry = entry(other, record_id, "name", again)
    assert "was" not in conflict_entry
    assert conflict_entry["mine"] == "Tên khác"


def test_edit_on_the_deleted_revision_restores_the_record(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    assert tablet.push(tablet.delete(record_id, seen(tablet, record_id)))[0]["rev"] == 2
    assert tablet.base[record_id]["deleted"]
    assert tablet.base[record_id]["data"] == ESTABLISHMENT
    (receipt,) = tablet.push(tablet.change(record_id, {}, base_rev=2))
    assert (receipt["status"], receipt["rev"]) == ("applied", 3)
    assert not tablet.base[record_id]["deleted"]


@pytest.mark.parametrize("base_rev", [1, 9])
def test_edit_by_an_author_without_the_deletion_restores_with_a_conflict(world: World, base_rev: int) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id = tablet.created()
    other.pull()
    tablet.push(tablet.delete(record_id, seen(tablet, record_id)))
    edit = other.change(record_id, {"village": "Thôn 2"}, base_rev=base_rev)
    (receipt,) = other.push(edit)
    assert (receipt["status"], receipt["reason"], receipt["rev"]) == ("conflict", "deleted", 3)
    assert other.base[record_id]["data"]["village"] == "Thôn 2"
    assert not other.base[record_id]["deleted"]
    assert entry(other, record_id, "_deleted", edit)["reason"] == "deleted"


def test_deletion_without_the_current_content_is_a_conflict(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id = tablet.created()
    other.pull()
    tablet.push(tablet.change(record_id, {"village": "Thôn 2"}))
    blind = other.delete(record_id, seen(other, record_id))
    (receipt,) = other.push(blind)
    assert (receipt["status"], receipt["reason"], receipt["rev"]) == ("conflict", "changed", 2)
    assert not other.base[record_id]["deleted"]
    assert entry(other, record_id, "_deleted", blind)["mine"] is True
    assert other.push(other.delete(record_id, seen(other, record_id)))[0]["status"] == "applied"


def test_tablet_has_seen_revisions_made_by_itself_alone(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    before = seen(tablet, record_id)
    edit = tablet.change(record_id, {"village": "Thôn 2"}, base_rev=1)
    gone = tablet.delete(record_id, before, base_rev=1)
    assert [receipt["status"] for receipt in tablet.push(edit, gone)] == ["applied", "applied"]
    assert tablet.base[record_id]["deleted"]


def test_deleting_twice_is_no_change(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    tablet.push(tablet.delete(record_id, seen(tablet, record_id)))
    assert tablet.push(tablet.delete(record_id, "0" * 16))[0]["status"] == "unchanged"


@pytest.mark.parametrize("state", ["approved", "void"])
def test_a_closed_record_keeps_its_values_and_the_late_ones_apart(world: World, state: str) -> None:
    tablet = world.tablet()
    record_id = tablet.created(SESSION, type="outreach_session")
    world.review(record_id, state)
    tablet.pull()
    path = "audiences.general_public.first_time_count"
    late = tablet.change(record_id, {path: 14}, was={path: 30}, type="outreach_session")
    (receipt,) = tablet.push(late)
    assert (receipt["status"], receipt["reason"], receipt["rev"]) == ("conflict", "locked", 1)
    assert tablet.base[record_id]["data"] == SESSION
    assert entry(tablet, record_id, path, late)["mine"] == 14
    gone = tablet.delete(record_id, seen(tablet, record_id), type="outreach_session")
    assert tablet.push(gone)[0]["reason"] == "locked"


def test_a_returned_record_is_open_again(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created(SESSION, type="outreach_session")
    for state in ("approved", "returned"):
        world.review(record_id, state)
    fix = tablet.change(record_id, {"venue": "Nhà văn hóa"}, type="outreach_session")
    assert tablet.push(fix)[0]["status"] == "applied"


def test_a_path_of_the_office_goes_into_a_conflict_the_rest_is_taken(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    edit = tablet.change(record_id, {"inspection_priority_id": "high", "village": "Thôn 4"})
    (receipt,) = tablet.push(edit)
    assert (receipt["status"], receipt["reason"]) == ("conflict", "locked")
    assert tablet.base[record_id]["data"] == {**ESTABLISHMENT, "village": "Thôn 4"}
    assert entry(tablet, record_id, "inspection_priority_id", edit)["mine"] == "high"


def test_conflicting_values_of_one_path_and_device_are_one_conflict(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"})
    edits = [other.change(record_id, {"village": f"Thôn {n}"}, was={"village": "x"}) for n in (2, 3)]
    other.push(*edits)
    three = tablet.change(record_id, {"village": "Thôn 4"}, was={"village": "x"})
    tablet.push(three)
    other.pull()
    entries = other.base[conflict_id(record_id, "village", other.device)]["data"]["entries"]
    assert set(entries) == {edit["change_id"] for edit in edits}
    assert entry(other, record_id, "village", three, author=tablet)["mine"] == "Thôn 4"
    assert [row.entry_count for row in world.rows(ConflictRow, ConflictRow.device_id == other.device)] == [2]


def test_a_full_conflict_is_followed_by_a_second_one(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"})
    edits = [tablet.change(record_id, {"village": f"Thôn x{n}"}, was={"village": "y"}) for n in range(101)]
    tablet.push(*edits)
    first = tablet.base[conflict_id(record_id, "village", tablet.device)]["data"]
    second = tablet.base[conflict_id(record_id, "village", f"{tablet.device}|2")]["data"]
    assert (len(first["entries"]), len(second["entries"])) == (100, 1)
    assert second["device"] == tablet.device


def test_invalid_time_is_stored_and_reported(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create(at="hôm qua")
    (receipt,) = tablet.push(change)
    assert (receipt["status"], receipt["details"]) == ("applied", {"at": ["bad_time"]})
    assert [row.at for row in world.rows(ChangeHistory)] == ["hôm qua"]


def test_fields_outside_of_the_schema_are_stored(world: World) -> None:
    tablet = world.tablet()
    listed = [1, None, {"x": None}]
    record_id = tablet.created({**ESTABLISHMENT, "from_later": {"a": listed, "b": None}})
    tablet.push(tablet.change(record_id, {"from_later.c.d": "x"}))
    assert tablet.base[record_id]["data"]["from_later"] == {"a": listed, "c": {"d": "x"}}


def test_inspection_of_an_unknown_establishment_is_applied(world: World) -> None:
    tablet = world.tablet(TEAM, "ref")
    data = builders.inspection(establishment_id=world.ids.time_ordered())
    assert tablet.push(tablet.create(data, type="inspection", scope=TEAM))[0]["status"] == "applied"


def test_revoked_tablet_gets_receipts_and_no_records(world: World) -> None:
    tablet = world.tablet()
    stored = tablet.create()
    tablet.push(stored)
    world.change_rows(Device, revoked_at=world.clock.now())
    fresh = tablet.create()
    frames = tablet.ask(push=[fresh, stored])
    assert [frame["frame"] for frame in frames] == ["hello", "res", "res", "ck", "end"]
    assert (frames[0]["scopes"], frames[0]["revoked"]) == ([tablet.scope], True)
    assert (frames[1]["reason"], frames[1]["seq"]) == ("device_revoked", None)
    assert (frames[2]["status"], frames[2]["rev"], frames[2]["seq"]) == ("applied", None, None)


def test_a_record_that_moved_is_edited_where_it_is(world: World) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT)
    record_id = tablet.created()
    world.move(record_id, OTHER_UNIT)
    (receipt,) = tablet.push(tablet.change(record_id, {"village": "Thôn 2"}, scope=UNIT))
    assert (receipt["status"], receipt["scope"]) == ("applied", OTHER_UNIT)


def test_a_record_that_moved_out_of_reach_is_as_unknown(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    world.move(record_id, OTHER_UNIT)
    assert tablet.push(tablet.change(record_id, {"village": "x"}))[0]["reason"] == "orphan"


def test_the_number_of_statements_does_not_grow_with_the_changes(world: World, statements: Any) -> None:
    tablet = world.tablet()
    tablet.push(tablet.create())
    with statements(world.engine) as few:
        tablet.sync(push=[tablet.create()])
    with statements(world.engine) as many:
        tablet.sync(push=[tablet.create() for _ in range(40)])
    assert len(many) == len(few)
    assert len(few) < 31


def test_payload_hashes_are_keyed(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    tablet.push(change)
    (kept,) = world.rows(StoredReceipt)
    assert kept.payload_hash != hashlib.sha256(canonical(change)).hexdigest()
    assert world.rows(DeviceScope)
