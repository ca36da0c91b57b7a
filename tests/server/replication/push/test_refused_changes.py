"""Changes that the server refuses, or lets wait for their record: quarantined whole, on both engines."""

from __future__ import annotations

import pytest
from tests.world import ESTABLISHMENT, OTHER_UNIT, UNIT, Json, World

from field178_server.database.models import Quarantine
from field178_shared.wire.canonical import canonical


def test_a_record_of_another_area_is_as_unknown(world: World) -> None:
    tablet, stranger = world.tablet(), world.tablet(OTHER_UNIT)
    record_id = tablet.created()
    put = stranger.change(record_id, {"village": "x"}, scope=OTHER_UNIT)
    data = {**ESTABLISHMENT, "unit_id": "c11632_v1"}
    create = stranger.change(record_id, data, scope=OTHER_UNIT, create=True)
    as_unknown = stranger.change(record_id, data, scope=UNIT, create=True)
    receipts = stranger.push(put, create, as_unknown)
    assert [receipt["reason"] for receipt in receipts] == ["orphan", "record_exists", "scope_not_granted"]
    assert {(receipt["rev"], receipt["seq"]) for receipt in receipts} == {(0, None)}
    assert [receipt["scope"] for receipt in receipts] == [OTHER_UNIT, OTHER_UNIT, UNIT]


REFUSED: dict[str, tuple[str, Json, dict[str, list[str]]]] = {
    "wrong kind of value": ("schema", {"set": {**ESTABLISHMENT, "name": 7}}, {"name": ["wrong_type"]}),
    "missing field": ("schema", {"set": {"name": "x"}}, {}),
    "over-long text": ("schema", {"set": {**ESTABLISHMENT, "x": "x" * 4001}}, {"x": ["too_long"]}),
    "unknown type": ("unknown_type", {"type": "spaceship"}, {}),
    "unknown schema": ("unknown_schema", {"schema": 99}, {}),
    "unknown op": ("unknown_op", {"op": "explode"}, {}),
    "later op": ("unknown_op", {"op": "split", "from": "x"}, {}),
    "reserved key": ("bad_path", {"set": {**ESTABLISHMENT, "_x": 1}}, {"_x": ["bad_path"]}),
    "bad key inside": ("bad_path", {"set": {**ESTABLISHMENT, "x": {"a b": 1}}}, {"x": ["bad_path"]}),
    "overlap": ("bad_path", {"set": {**ESTABLISHMENT, "a": {}, "a.b": 1}}, {"a.b": ["bad_path"]}),
    "scope not granted": ("scope_not_granted", {"scope": OTHER_UNIT}, {}),
    "office": ("scope_not_granted", {"scope": "office"}, {}),
    "unit of another scope": ("scope_mismatch", {"set": {**ESTABLISHMENT, "unit_id": "c11632_v1"}}, {}),
    "kind of another scope": ("scope_mismatch", {"scope": "ref"}, {}),
    "review": ("office_only", {"type": "review"}, {}),
    "conflict": ("office_only", {"type": "conflict"}, {}),
    "team": ("office_only", {"type": "team"}, {}),
    "unknown user": ("user_unknown", {"user": "01900000-0000-7000-8000-00000000dead"}, {}),
    "no user": ("user_unknown", {"user": None}, {}),
    "orphan put": ("orphan", {"create": False}, {}),
    "orphan delete": ("orphan", {"op": "delete", "create": False}, {}),
    "too large": ("too_large", {"set": {**ESTABLISHMENT, **{f"k{i}": "x" * 3900 for i in range(18)}}}, {}),
}


def test_refused_change_is_quarantined_whole_and_delays_nothing(world: World) -> None:
    tablet = world.tablet()
    for name, (reason, members, details) in REFUSED.items():
        bad, good = {**tablet.create(), **members}, tablet.create()
        receipt, other = tablet.push(bad, good)
        assert (receipt["status"], receipt["reason"]) == ("quarantined", reason), name
        assert (receipt["rev"], receipt["seq"]) == (0, None), name
        assert receipt["scope"] == bad["scope"]
        assert details.items() <= receipt["details"].items(), name
        assert other["status"] == "applied", name
        assert bad["record_id"] not in tablet.base
        (kept,) = world.rows(Quarantine, Quarantine.change_id == bad["change_id"])
        assert (kept.reason, kept.state, kept.payload.encode()) == (reason, "open", canonical(bad))
        assert tablet.push(bad) == [receipt]
    assert tablet.digest(tablet.scope)[0] == 2 * len(REFUSED)


def test_a_refused_edit_leaves_its_record_as_it_was(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    before = tablet.base[record_id]
    bad = tablet.change(record_id, {"village": "Thôn 9", "name": None}, was={"name": ESTABLISHMENT["name"]})
    through = tablet.change(record_id, {"name.first": "x"})
    receipts = tablet.push(bad, through)
    assert [(receipt["reason"], receipt["rev"]) for receipt in receipts] == [("schema", 0), ("bad_path", 0)]
    assert tablet.base[record_id] == before


def test_an_edit_may_not_carry_a_record_to_another_unit(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    edit = tablet.change(record_id, {"unit_id": "c11632_v1"}, was={"unit_id": "c11629_v1"})
    assert tablet.push(edit)[0]["reason"] == "scope_mismatch"


@pytest.mark.parametrize(
    ("unit", "reason"), [("c11629_v1", None), ("c11632_v1", None), ("c11635_v1", "scope_mismatch")]
)
def test_after_a_move_only_another_unit_than_the_two_is_a_mismatch(
    world: World, unit: str, reason: str | None
) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT, "ref")
    record_id = tablet.created()
    world.move(record_id, OTHER_UNIT)
    values = {"unit_id": unit, "village": "Thôn 2"}
    (receipt,) = tablet.push(tablet.change(record_id, values, was={"unit_id": "c11629_v1"}))
    assert receipt["reason"] == reason


def test_a_record_keeps_its_type(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    edit = tablet.change(record_id, {"venue": "x"}, type="outreach_session")
    assert (tablet.push(edit)[0]["reason"], tablet.receipts[edit["change_id"]]["details"]) == (
        "schema",
        {"type": ["wrong_type"]},
    )


def test_orphan_runs_when_its_record_appears_and_its_author_gets_a_receipt(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    create = tablet.create()
    edits = [
        other.change(create["record_id"], {"rooms_total": n}, was={"rooms_total": w})
        for n, w in ((1, None), (2, 1))
    ]
    assert [r["reason"] for r in other.push(*edits)] == ["orphan", "orphan"]
    before = other.cursors[other.scope]
    assert tablet.push(create)[0]["rev"] == 1
    other.pull()
    after = [other.receipts[edit["change_id"]] for edit in edits]
    assert [(r["status"], r["rev"], r["seq"]) for r in after] == [("applied", 2, 1), ("applied", 3, 1)]
    assert (before, other.cursors[other.scope]) == (2, 4)
    assert other.base[create["record_id"]]["data"]["rooms_total"] == 2
    assert {row.state for row in world.rows(Quarantine)} == {"applied"}
    assert other.digest(other.scope)[0] == 2


def test_an_orphan_in_front_of_its_record_in_one_request_is_applied(world: World) -> None:
    tablet = world.tablet()
    create = tablet.create()
    early = tablet.change(create["record_id"], {"village": "Thôn 5"})
    first, second = tablet.push(early, create)
    assert (first["status"], first["rev"], second["rev"]) == ("applied", 2, 1)
    assert world.rows(Quarantine) == []
