"""Changes of one group are applied together or held back together (protocol §2)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.world import ESTABLISHMENT, OTHER_UNIT, TENANT, Json, Tablet, World

from field178_server.models import Change, DeviceScope, Quarantine
from field178_server.services.quarantine import run_again
from field178_server.services.type_rules import declared_types
from field178_server.unit_of_work import run_write
from field178_shared.ids import conflict_id

BAD = {**ESTABLISHMENT, "rooms_total": -1}


def group(world: World, *changes: Json) -> list[Json]:
    name = world.ids.random()
    return [{**change, "group": name} for change in changes]


def statuses(receipts: list[Json]) -> list[tuple[str, str | None]]:
    return [(one["status"], one["reason"]) for one in receipts]


def run_all_again(world: World) -> int:
    return run_write(world.engine, lambda s: run_again(world.batch(s), declared_types()))


def held_group(world: World, tablet: Tablet) -> list[Json]:
    changes = group(world, tablet.create(), tablet.create(BAD), tablet.create())
    tablet.push(*changes)
    return changes


def test_a_good_group_is_applied_and_its_repeat_changes_nothing(world: World) -> None:
    tablet = world.tablet()
    create = tablet.create()
    edit = tablet.change(create["record_id"], {"village": "Thôn 2"})
    changes = group(world, create, edit, tablet.create())
    first = tablet.push(*changes)
    assert [(one["status"], one["rev"]) for one in first] == [("applied", 1), ("applied", 2), ("applied", 1)]
    assert tablet.push(*changes) == first
    assert tablet.base[create["record_id"]]["rev"] == 2


def test_one_bad_member_holds_back_all_and_leaves_nothing_behind(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    before = dict(tablet.base)
    edit = tablet.change(record_id, {"village": "Thôn 2"})
    clash = tablet.change(record_id, {"name": "Khác"}, was={"name": "x"})
    fresh, bad, late = tablet.create(), tablet.create(BAD), tablet.create()
    outside = tablet.create()
    receipts = tablet.push(*group(world, edit, clash, fresh, bad, late), outside)
    held = ("quarantined", "group")
    assert statuses(receipts) == [held, held, held, ("quarantined", "schema"), held, ("applied", None)]
    assert [one["details"] for one in receipts if one["reason"] == "group"] == [
        {"cause": bad["change_id"]}
    ] * 4
    assert {(one["rev"], one["seq"], one["h"]) for one in receipts[:5]} == {(0, None, None)}
    assert set(tablet.base) == {record_id, outside["record_id"]}
    assert tablet.base[record_id] == before[record_id]
    assert len(world.rows(Change)) == 2
    assert {row.state for row in world.rows(Quarantine)} == {"open"}


def test_a_held_group_is_answered_the_same_again_and_stays_when_nothing_was_mended(world: World) -> None:
    tablet = world.tablet()
    changes = held_group(world, tablet)
    told = [tablet.receipts[change["change_id"]] for change in changes]
    assert tablet.push(*changes) == told
    assert run_all_again(world) == 0
    assert tablet.push(*changes) == told


def test_a_conflict_does_not_break_a_group(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"})
    clash = tablet.change(record_id, {"village": "Thôn 3"}, was={"village": "Thôn 0"})
    receipts = tablet.push(*group(world, clash, tablet.create()))
    assert statuses(receipts) == [("conflict", "changed"), ("applied", None)]
    assert conflict_id(record_id, "village", tablet.device) in tablet.base


def test_members_that_do_not_stand_together_are_held_back(world: World) -> None:
    tablet = world.tablet()
    one, two = group(world, tablet.create(), tablet.create())
    alone = tablet.create()
    receipts = tablet.push(one, alone, two)
    assert statuses(receipts) == [("quarantined", "group"), ("applied", None), ("quarantined", "group")]
    assert [receipts[i]["details"] for i in (0, 2)] == [{"group": ["scattered"]}] * 2
    assert run_all_again(world) == 0


def test_a_group_has_at_most_fifty_members(world: World) -> None:
    tablet = world.tablet()
    most = group(world, *(tablet.create() for _ in range(50)))
    assert {one["status"] for one in tablet.push(*most)} == {"applied"}
    many = group(world, *(tablet.create() for _ in range(51)))
    receipts = tablet.push(*many)
    assert {(one["reason"], str(one["details"])) for one in receipts} == {
        ("group", "{'group': ['too_large']}")
    }


@pytest.mark.parametrize("name", [7, "x", [], {"a": 1}])
def test_a_group_nobody_can_read_is_held_back_alone(world: World, name: object) -> None:
    tablet = world.tablet()
    receipts = tablet.push(tablet.create(group=name), tablet.create())
    assert [(one["reason"], one["details"]) for one in receipts] == [
        ("schema", {"group": ["wrong_type"]}),
        (None, {}),
    ]


def test_two_groups_side_by_side_do_not_touch_each_other(world: World) -> None:
    tablet = world.tablet()
    good, bad = (
        group(world, tablet.create(), tablet.create()),
        group(world, tablet.create(), tablet.create(BAD)),
    )
    receipts = tablet.push(*bad, *good)
    assert [one["status"] for one in receipts] == ["quarantined", "quarantined", "applied", "applied"]


def test_mending_the_cause_sets_the_others_free(world: World) -> None:
    tablet = world.tablet()
    changes = held_group(world, tablet)
    cause = changes[1]
    mend = tablet.change(
        cause["record_id"], ESTABLISHMENT, create=True, replaces=[cause["change_id"]], village="x"
    )
    assert tablet.push(mend)[0]["status"] == "applied"
    told = [tablet.receipts[change["change_id"]] for change in changes]
    assert statuses(told) == [("applied", None), ("unchanged", "replaced"), ("applied", None)]
    assert {change["record_id"] for change in changes} <= set(tablet.base)
    assert tablet.ask()[0]["receipts"][tablet.incarnation][0] == 4


def test_a_grant_applies_a_held_group_whole(world: World) -> None:
    tablet = world.tablet()
    data = {**ESTABLISHMENT, "unit_id": "c11632_v1"}
    changes = group(world, tablet.create(), tablet.create(data, scope=OTHER_UNIT), tablet.create())
    assert [one["reason"] for one in tablet.push(*changes)] == ["group", "scope_not_granted", "group"]

    def work(session: Any) -> int:
        session.add(
            DeviceScope(
                tenant_id=TENANT, device_id=tablet.device, scope=OTHER_UNIT, granted_at=world.clock.now()
            )
        )
        session.flush()
        return run_again(world.batch(session), declared_types(), tablet.device)

    assert run_write(world.engine, work) == 3
    tablet.pull()
    assert {tablet.receipts[change["change_id"]]["status"] for change in changes} == {"applied"}


def test_an_orphan_holds_its_group_until_the_record_appears(world: World) -> None:
    one, two = world.tablet(), world.tablet()
    create = one.create()
    other = two.create()
    waits_for_other = one.change(other["record_id"], {"village": "Thôn 9"})
    one.push(waits_for_other)
    changes = group(world, two.change(create["record_id"], {"village": "Thôn 2"}), other)
    assert [receipt["reason"] for receipt in two.push(*changes)] == ["orphan", "group"]
    one.push(create)
    two.pull()
    assert {two.receipts[change["change_id"]]["status"] for change in changes} == {"applied"}
    assert two.base[create["record_id"]]["data"]["village"] == "Thôn 2"
    assert two.base[other["record_id"]]["data"]["village"] == "Thôn 9"
    assert {row.state for row in world.rows(Quarantine)} == {"applied"}


def test_a_group_that_waits_in_one_request_with_its_record_is_applied(world: World) -> None:
    tablet = world.tablet()
    create = tablet.create()
    early = group(world, tablet.change(create["record_id"], {"village": "Thôn 5"}), tablet.create())
    receipts = tablet.push(*early, create)
    assert [one["status"] for one in receipts] == ["applied"] * 3
    assert world.rows(Quarantine) == []
