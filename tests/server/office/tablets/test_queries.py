"""The office's tablets as a list."""

from __future__ import annotations

import pytest
from tests.world import ESTABLISHMENT, OTHER_UNIT, UNIT, Tablet, World

from field178_server.database.models import Device
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.tablets import queries
from field178_server.office.tablets.queries import (
    TabletCounts,
    TabletRow,
    count_tablets,
    find_tablet,
    tablet_list,
)
from field178_server.records.access import AccessFilter
from field178_server.records.keyset import PageStart


def listed(world: World, *scopes: str) -> list[TabletRow]:
    with snapshot(world.engine) as session:
        access = AccessFilter(frozenset(scopes) if scopes else None)
        return list(tablet_list(session, world.tenant_id, access, PageStart()).tablets)


def revoke(world: World, tablet: Tablet) -> None:
    def work(session: object) -> None:
        row = session.get(Device, (world.tenant_id, tablet.device))  # type: ignore[attr-defined]
        row.revoked_at = world.clock.now()

    run_write(world.engine, work)


def test_longest_silent_tablet_is_first_and_revoked_ones_are_last(world: World) -> None:
    lively, silent, revoked, unheard = (world.tablet() for _ in range(4))
    for tablet in (silent, revoked, lively):
        tablet.ask()
    revoke(world, revoked)
    order = [row.device_id for row in listed(world)]
    assert order == [tablet.device for tablet in (unheard, silent, lively, revoked)]


def test_tablet_row_has_its_officers_and_quarantined_changes(world: World) -> None:
    tablet = world.tablet()
    tablet.push(tablet.create({**ESTABLISHMENT, "rooms_total": -1}))
    tablet.ask(about={"unsent": 2})
    (row,) = listed(world)
    assert (row.officer, row.scopes, row.quarantined, row.unsent) == ("An", ("ref", UNIT), 1, 2)


def test_only_tablets_that_work_inside_the_reach_are_listed(world: World) -> None:
    here, there = world.tablet(), world.tablet(OTHER_UNIT, "ref")
    assert [row.device_id for row in listed(world, UNIT, "ref")] == [here.device]
    with snapshot(world.engine) as session:
        assert find_tablet(session, world.tenant_id, AccessFilter(frozenset({UNIT})), there.device) is None
        assert find_tablet(session, world.tenant_id, AccessFilter(None), there.device) is not None


def counts(world: World, *units: str) -> TabletCounts:
    access = AccessFilter(frozenset(units) if units else None)
    with snapshot(world.engine) as session:
        return count_tablets(session, world.tenant_id, access, world.clock.now())


def test_silent_tablets_are_counted_but_not_the_revoked(world: World) -> None:
    world.tablet()
    revoke(world, world.tablet())
    world.clock.move(days=1)
    assert (counts(world).in_use, counts(world).silent) == (1, 0)
    world.clock.move(days=1)
    assert (counts(world).in_use, counts(world).silent) == (1, 1)


def test_tablets_in_contact_since_midnight_are_counted_but_not_the_revoked(world: World) -> None:
    early, late, revoked = (world.tablet() for _ in range(3))
    world.tablet()
    early.ask()
    world.clock.move(days=1)
    for tablet in (late, revoked):
        tablet.push(tablet.create())
    revoke(world, revoked)
    assert counts(world).in_contact == 1
    assert counts(world, OTHER_UNIT).in_contact == 0


def test_tablets_that_report_unsent_records_or_files_are_counted_once(world: World) -> None:
    for unsent, unsent_files in ((2, 5), (0, 1), (0, 0)):
        world.tablet().ask(about={"unsent": unsent, "unsent_files": unsent_files})
    world.tablet()
    assert counts(world).unsent == 2


def test_a_page_goes_on_where_the_one_before_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    tablets = [world.tablet() for _ in range(5)]
    for tablet in tablets[:3]:
        tablet.ask()
        world.clock.move(hours=1)
    revoke(world, tablets[1])
    whole, pages, place = [], 0, PageStart()
    with snapshot(world.engine) as session:
        while place is not None:
            listed = tablet_list(session, world.tenant_id, AccessFilter(None), place)
            whole += [row.device_id for row in listed.tablets]
            pages, place = pages + 1, listed.page.after  # type: ignore[assignment]
    assert pages == 3
    assert set(whole[:2]) == {tablets[3].device, tablets[4].device}
    assert whole[2:] == [tablets[0].device, tablets[2].device, tablets[1].device]
