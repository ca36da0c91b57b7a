"""Divergent records are stored once, not applied, and never fail the exchange (protocol §12.2)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.stores import Statements
from tests.world import ESTABLISHMENT, OTHER_UNIT, UNIT, Json, Tablet, World

from field178_server.database.models import Device, DivergentRecord, Record
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.canonical import record_hash
from field178_shared.wire.protocol import MAX_DATA_BYTES, MAX_DIVERGENT_RECORDS


def held(world: World, **more: Any) -> Json:
    """A record as a tablet has it."""
    record = {
        "id": world.ids.time_ordered(),
        "type": "establishment",
        "scope": UNIT,
        "rev": 3,
        "deleted": False,
        "data": ESTABLISHMENT,
        **more,
    }
    members = [record[name] for name in ("id", "type", "rev", "deleted", "data")]
    return {**record, "h": record_hash(*members), **more}


def salvaged(tablet: Tablet, *records: object) -> list[str]:
    frames = tablet.sync(salvage=list(records))
    (frame,) = [frame for frame in frames if frame["frame"] == "salvaged"]
    ids: list[str] = frame["ids"]
    return ids


def test_divergent_record_is_stored_and_not_applied(world: World) -> None:
    tablet = world.tablet()
    first, second = held(world), held(world)
    assert salvaged(tablet, first, second) == [first["id"], second["id"]]
    assert {row.record_id for row in world.rows(DivergentRecord)} == {first["id"], second["id"]}
    assert {(row.state, row.is_sound, row.rev) for row in world.rows(DivergentRecord)} == {
        ("waiting", True, 3)
    }
    assert world.rows(Record) == []


def test_repeated_divergent_record_gets_the_same_response_and_is_stored_once(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record = held(world)
    assert [salvaged(tablet, record, record), salvaged(tablet, record)] == [[record["id"]]] * 2
    assert len(world.rows(DivergentRecord)) == 1
    assert salvaged(other, record) == [record["id"]]
    assert len(world.rows(DivergentRecord)) == 2


def test_two_contents_of_one_divergent_record_are_both_stored(world: World) -> None:
    tablet, record = world.tablet(), held(world)
    newer = held(world, id=record["id"], rev=4)
    assert salvaged(tablet, record, newer) == [record["id"]]
    assert sorted(row.rev for row in world.rows(DivergentRecord)) == [3, 4]


def test_divergent_record_equal_to_the_stored_one_is_not_stored(world: World) -> None:
    tablet = world.tablet()
    row = tablet.base[tablet.created()]
    record = {name: row[name] for name in ("id", "type", "scope", "rev", "deleted", "data", "h")}
    assert salvaged(tablet, record) == [record["id"]]
    assert world.rows(DivergentRecord) == []


@pytest.mark.parametrize(
    "more", [{"scope": OTHER_UNIT}, {"type": "later_type"}, {"data": {"name": 7}}, {"scope": "unit:none"}]
)
def test_divergent_record_is_stored_though_a_change_would_be_quarantined(world: World, more: Json) -> None:
    record = held(world, **more)
    assert salvaged(world.tablet(), record) == [record["id"]]
    assert [row.scope for row in world.rows(DivergentRecord)] == [record["scope"]]


def test_record_with_a_wrong_hash_is_stored_under_the_right_hash_and_marked(world: World) -> None:
    tablet, record = world.tablet(), held(world)
    assert salvaged(tablet, {**record, "h": "0" * 32}) == [record["id"]]
    assert [(row.h, row.is_sound) for row in world.rows(DivergentRecord)] == [(record["h"], False)]


def test_invalid_divergent_record_is_ignored_without_effect_on_others(world: World) -> None:
    tablet, good = world.tablet(), held(world)
    members: tuple[Json, ...] = (
        {"id": "x"},
        {"rev": 0},
        {"rev": 2**53 - 1},
        {"data": []},
        {"type": ""},
        {"scope": "unit:" + "x" * 200},
        {"data": {"note": "x" * MAX_DATA_BYTES}},
    )
    wrong: list[Any] = [7, [], None, {}, *({**held(world), **bad} for bad in members)]
    assert salvaged(tablet, *wrong, good) == [good["id"]]
    assert [row.record_id for row in world.rows(DivergentRecord)] == [good["id"]]


def test_salvaged_frame_comes_after_receipts_and_before_checkpoints(world: World) -> None:
    tablet, record = world.tablet(), held(world)
    change = tablet.create()
    frames = tablet.sync(push=[change], salvage=[record])
    kinds = [frame["frame"] for frame in frames]
    assert kinds[:3] == ["hello", "res", "salvaged"]
    assert kinds.index("salvaged") < kinds.index("ck")


def test_revoked_tablet_may_still_hand_over_its_records(world: World) -> None:
    tablet, record = world.tablet(), held(world)
    world.change_rows(Device, revoked_at=world.clock.now())
    assert salvaged(tablet, record) == [record["id"]]


def test_more_than_a_hundred_are_refused(world: World) -> None:
    tablet, record = world.tablet(), held(world)
    assert len(salvaged(tablet, *[record] * MAX_DIVERGENT_RECORDS)) == 1
    with pytest.raises(AppError) as refused:
        tablet.sync(salvage=[record] * (MAX_DIVERGENT_RECORDS + 1))
    assert refused.value.code is ErrorCode.TOO_LARGE


def test_stored_record_is_not_read_whole_for_a_divergent_one(world: World, statements: Statements) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    with statements(world.engine) as seen:
        salvaged(tablet, held(world, id=record_id))
    (read,) = [statement for statement in seen if "FROM record" in statement and "feed" not in statement]
    assert "substr(record.body" in read or "substr(unpacked(record.body)" in read
