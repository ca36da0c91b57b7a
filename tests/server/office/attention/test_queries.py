"""The one list of what needs attention, on both stores."""

from __future__ import annotations

import pytest
from tests.server.replication.test_divergent_records import held
from tests.world import ESTABLISHMENT, OTHER_UNIT, TENANT, UNIT, Tablet, World

from field178_server.database.unit_of_work import snapshot
from field178_server.office.attention.queries import (
    AttentionFilter,
    ItemKey,
    ItemOrigin,
    Sources,
    attention_page,
    attention_sources,
    count_items,
)
from field178_server.records.access import AccessFilter

ALL = AccessFilter(None)
EVERYTHING = AttentionFilter()


@pytest.fixture
def tablet(world: World) -> Tablet:
    return world.tablet(UNIT, OTHER_UNIT, "ref")


def conflict(tablet: Tablet, *paths: str) -> str:
    record_id = tablet.created()
    late = {path: f"{path} mới" for path in paths or ("name",)}
    edit = tablet.change(record_id, late, was=dict.fromkeys(late, "khác"))
    assert tablet.push(edit)[0]["status"] == "conflict"
    return record_id


def quarantined(tablet: Tablet, **more: object) -> str:
    bad = tablet.create({**ESTABLISHMENT, "rooms_total": -8}, **more)
    assert tablet.push(bad)[0]["status"] == "quarantined"
    return str(bad["change_id"])


def listed(
    world: World, wanted: AttentionFilter = EVERYTHING, access: AccessFilter = ALL
) -> list[tuple[ItemOrigin, str]]:
    with snapshot(world.engine) as session:
        counts = count_items(session, TENANT, access, wanted)
        items, page = attention_page(session, TENANT, access, wanted, 1, counts)
    assert page.total == len(items)
    return [(origin, key.id) for origin, key in items]


def counted(
    world: World, wanted: AttentionFilter = EVERYTHING, access: AccessFilter = ALL
) -> dict[ItemOrigin, int]:
    with snapshot(world.engine) as session:
        return count_items(session, TENANT, access, wanted)


def sources(world: World, access: AccessFilter, **filters: str) -> Sources:
    with snapshot(world.engine) as session:
        return attention_sources(session, TENANT, access, AttentionFilter(**filters))


def test_three_origins_are_one_list_in_one_order(world: World, tablet: Tablet) -> None:
    record_id, change_id, kept = conflict(tablet), quarantined(tablet), held(world)
    tablet.sync(salvage=[kept])
    newest = [
        (ItemOrigin.RECOVERY, kept["id"]),
        (ItemOrigin.QUARANTINE, change_id),
        (ItemOrigin.CONFLICT, record_id),
    ]
    assert listed(world) == newest
    assert listed(world, AttentionFilter(oldest_first=True)) == newest[::-1]
    assert listed(world, AttentionFilter(origin=ItemOrigin.QUARANTINE)) == newest[1:2]
    assert counted(world) == dict.fromkeys(ItemOrigin, 1)


def test_several_conflicts_or_tablets_of_one_record_are_one_item(world: World, tablet: Tablet) -> None:
    conflict(tablet, "name", "address_line")
    kept = held(world)
    for sender in (tablet, world.tablet()):
        sender.sync(salvage=[kept])
    assert counted(world) == {ItemOrigin.CONFLICT: 1, ItemOrigin.QUARANTINE: 0, ItemOrigin.RECOVERY: 1}
    assert len(listed(world)) == 2


def test_reach_scope_and_tablet_narrow_the_list(world: World, tablet: Tablet) -> None:
    other = world.tablet(OTHER_UNIT, "ref")
    here = quarantined(tablet)
    there = quarantined(other, scope=OTHER_UNIT)
    within = AccessFilter(frozenset({UNIT}))
    assert listed(world, access=within) == [(ItemOrigin.QUARANTINE, here)]
    assert counted(world, access=within)[ItemOrigin.QUARANTINE] == 1
    assert listed(world, AttentionFilter(scope=OTHER_UNIT)) == [(ItemOrigin.QUARANTINE, there)]
    assert listed(world, AttentionFilter(device_id=tablet.device)) == [(ItemOrigin.QUARANTINE, here)]
    assert listed(world, AttentionFilter(scope=UNIT, device_id=other.device)) == []


def test_filters_offer_what_waits_and_what_is_chosen(world: World, tablet: Tablet) -> None:
    quarantined(tablet)
    assert sources(world, ALL).scopes == (UNIT,)
    assert sources(world, ALL).device_ids == (tablet.device,)
    assert sources(world, ALL, scope=OTHER_UNIT).scopes == tuple(sorted((UNIT, OTHER_UNIT)))
    assert sources(world, AccessFilter(frozenset({UNIT})), scope=OTHER_UNIT).scopes == (UNIT,)


def test_key_of_an_item_is_read_back_from_its_address() -> None:
    for key in (ItemKey("a"), ItemKey("a", "b")):
        assert ItemKey.parse(key.text) == key
