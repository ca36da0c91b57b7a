"""The list of items that need attention, on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.server.replication.test_divergent_records import held
from tests.world import ESTABLISHMENT, OTHER_UNIT, TENANT, UNIT, Tablet, World

from field178_server.database.models import ConflictRow, DivergentRecord, Quarantine
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.attention import queries
from field178_server.office.attention.queries import (
    AttentionFilter,
    ItemKey,
    ItemOrigin,
    ListedItem,
    Sources,
    attention_page,
    attention_sources,
    count_items,
)
from field178_server.records.access import AccessFilter
from field178_server.records.keyset import PageStart

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
    world: World, filter_: AttentionFilter = EVERYTHING, access: AccessFilter = ALL
) -> list[tuple[ItemOrigin, str]]:
    with snapshot(world.engine) as session:
        page = attention_page(session, TENANT, access, filter_, PageStart())
    assert page.after is None
    assert page.before is None
    return [(row.origin, row.key.id) for row in page.rows]


def counted(
    world: World, filter_: AttentionFilter = EVERYTHING, access: AccessFilter = ALL
) -> dict[ItemOrigin, int]:
    with snapshot(world.engine) as session:
        return count_items(session, TENANT, access, filter_)


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


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("are_of_one_instant", [False, True])
def test_pages_go_through_all_items_forwards_and_back(
    world: World,
    tablet: Tablet,
    monkeypatch: pytest.MonkeyPatch,
    oldest_first: bool,
    are_of_one_instant: bool,
) -> None:
    filter_ = AttentionFilter(oldest_first=oldest_first)
    for _ in range(3):
        conflict(tablet, "name", "address_line")
        quarantined(tablet)
        tablet.sync(salvage=[held(world)])
    if are_of_one_instant:
        now = world.clock.now()
        world.change_rows(ConflictRow, changed_at=now)
        world.change_rows(Quarantine, received_at=now)
        world.change_rows(DivergentRecord, received_at=now)
    everything = listed(world, filter_)
    assert len(everything) == len(set(everything)) > 6
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)

    def walked(place: PageStart | None, name: str) -> list[list[tuple[ItemOrigin, str]]]:
        pages = []
        while place is not None:
            with snapshot(world.engine) as session:
                page = attention_page(session, TENANT, ALL, filter_, place)
            pages.append([(row.origin, row.key.id) for row in page.rows])
            place = getattr(page, name)
        return pages

    assert [key for page in walked(PageStart(), "after") for key in page] == everything
    back = walked(PageStart(is_last=True), "before")
    assert back[0] == everything[-2:]
    # The first page is whole again: it may show an item of the second one.
    assert back[-1] == everything[:2]
    assert {key for page in back for key in page} == set(everything)


def test_page_goes_on_where_a_decided_item_stood(
    world: World, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        quarantined(tablet)
    everything = listed(world)
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)

    def page(place: PageStart) -> list[tuple[ItemOrigin, str]]:
        with snapshot(world.engine) as session:
            items = attention_page(session, TENANT, ALL, EVERYTHING, place)
            return [(row.origin, row.key.id) for row in items.rows]

    with snapshot(world.engine) as session:
        after = attention_page(session, TENANT, ALL, EVERYTHING, PageStart()).after
    assert after is not None
    newest = world.rows(Quarantine, Quarantine.change_id == everything[1][1])[0].received_at
    assert ListedItem.parse(after.after) == ListedItem(
        newest, everything[1][0], ItemKey(everything[1][1], after.after.partition(".")[2])
    )

    def decide(*ids: str) -> None:
        def work(session: object) -> None:
            for row in session.scalars(select(Quarantine).where(Quarantine.change_id.in_(ids))):  # type: ignore[attr-defined]
                row.state = "discarded"

        run_write(world.engine, work)

    decide(everything[1][1])
    assert page(after) == everything[2:]
    decide(everything[2][1], everything[3][1])
    # Nothing follows any more: the last page is what remains.
    assert page(after) == everything[:1]


@pytest.mark.parametrize(
    "text", ["", "x", "1-none-a", "-conflict-a", "1" * 17 + "-conflict-a", "²-conflict-a", "1.5-conflict-a"]
)
def test_place_that_cannot_be_read_is_the_first_page(world: World, tablet: Tablet, text: str) -> None:
    quarantined(tablet)
    with snapshot(world.engine) as session:
        for place in (PageStart(after=text), PageStart(before=text)):
            assert len(attention_page(session, TENANT, ALL, EVERYTHING, place).rows) == 1


def test_filters_offer_scopes_of_waiting_items_and_the_chosen_scope(world: World, tablet: Tablet) -> None:
    quarantined(tablet)
    assert sources(world, ALL).scopes == (UNIT,)
    assert sources(world, ALL).device_ids == (tablet.device,)
    assert sources(world, ALL, scope=OTHER_UNIT).scopes == tuple(sorted((UNIT, OTHER_UNIT)))
    assert sources(world, AccessFilter(frozenset({UNIT})), scope=OTHER_UNIT).scopes == (UNIT,)


def test_key_of_an_item_is_read_back_from_its_address() -> None:
    for key in (ItemKey("a"), ItemKey("a", "b")):
        assert ItemKey.parse(key.text) == key
