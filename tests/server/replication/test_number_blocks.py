"""Leasing minutes numbers: each number to one tablet's life, topped up daily, never leased again."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from tests.shared import builders
from tests.world import OFFICER, TEAM, Json, Tablet, World

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Device, NumberLease
from field178_server.database.unit_of_work import run_write, snapshot, unit_of_work
from field178_server.office.tablets import operations as operator
from field178_server.records.stored_record import new_record
from field178_server.replication import number_blocks
from field178_shared.codelists import load
from field178_shared.records.number_block import minutes_number
from field178_shared.time.clock import start_of_day
from field178_shared.wire.protocol import VERSION, SyncRequest

TEAM_ID = TEAM.removeprefix("team:")


@pytest.fixture
def team(world: World) -> World:
    """A world whose team was set up by the office."""

    def work(session: Any) -> None:
        batch = world.batch(session)
        data: Json = {"name": "Đội 178", "level": "district", "unit_ids": ["c11629_v1"]}
        batch.put(new_record(TEAM_ID, "team", TEAM, {**data, "standing_agency": "dist_labour_office"}))
        batch.flush()

    run_write(world.engine, work)
    return world


def blocks(tablet: Tablet) -> list[Json]:
    """Return the blocks of a tablet's own life among the records it holds."""
    records = [record for record in tablet.base.values() if record["type"] == "number_block"]
    own = [record["data"] for record in records if record["data"]["incarnation"] == tablet.incarnation]
    return sorted(own, key=lambda data: (data["year"], data["from"]))


def numbers(*tablets: Tablet) -> list[int]:
    """Return every number the tablets may give out."""
    return [
        n for tablet in tablets for block in blocks(tablet) for n in range(block["from"], block["to"] + 1)
    ]


def inspect(tablet: Tablet, serial: int) -> None:
    data = {**builders.inspection(), "minutes_number": minutes_number(serial), "team_id": TEAM_ID}
    data["started_at"], data["ended_at"] = "2025-03-11T01:00:00Z", "2025-03-11T02:00:00Z"
    receipt = tablet.push(tablet.create(data, type="inspection", scope=TEAM))[0]
    assert receipt["status"] == "applied", receipt


def test_first_exchange_brings_the_tablet_its_block(team: World) -> None:
    tablet = team.tablet(TEAM, "ref")
    tablet.sync()
    owner = {"device": tablet.device, "incarnation": tablet.incarnation, "year": 2025, "code": "T01"}
    assert blocks(tablet) == [{**owner, "from": 1, "to": number_blocks.BLOCK}]
    tablet.sync()
    assert len(team.rows(NumberLease)) == 1


def test_no_two_tablets_share_a_number(team: World) -> None:
    tablets = [team.tablet(TEAM, "ref") for _ in range(3)]
    for tablet in tablets:
        tablet.sync()
    given = numbers(*tablets)
    assert len(given) == len(set(given)) == 3 * number_blocks.BLOCK
    assert {block["code"] for tablet in tablets for block in blocks(tablet)} == {"T01", "T02", "T03"}


def test_a_new_life_of_the_database_gets_a_block_and_code_of_its_own(team: World) -> None:
    tablet = team.tablet(TEAM, "ref")
    tablet.sync()
    first = numbers(tablet)
    tablet.incarnation = team.ids.random()
    tablet.sync()
    assert set(numbers(tablet)).isdisjoint(first)
    assert blocks(tablet)[0]["code"] == "T02"


def test_a_team_that_no_office_set_up_has_no_numbers(world: World) -> None:
    tablet = world.tablet(TEAM, "ref")
    tablet.sync()
    assert not world.rows(NumberLease)


def test_a_revoked_tablet_is_leased_nothing(team: World) -> None:
    tablet = team.tablet(TEAM, "ref")
    team.change_rows(Device, revoked_at=team.clock.now())
    tablet.ask()
    assert not team.rows(NumberLease)


def test_used_numbers_are_topped_up_the_next_day_and_once_a_day(team: World) -> None:
    tablet = team.tablet(TEAM, "ref")
    tablet.sync()
    inspect(tablet, number_blocks.BLOCK - number_blocks.FEW + 1)
    tablet.sync()
    assert len(blocks(tablet)) == 1  # leased today: enough for a night
    team.clock._now += timedelta(days=1)
    tablet.sync()
    tablet.sync()
    assert [(block["from"], block["to"]) for block in blocks(tablet)] == [(1, 50), (51, 100)]


def test_unused_numbers_ask_for_no_more(team: World) -> None:
    tablet = team.tablet(TEAM, "ref")
    tablet.sync()
    inspect(tablet, 3)
    team.clock._now += timedelta(days=5)
    tablet.sync()
    assert len(blocks(tablet)) == 1
    assert team.rows(NumberLease)[0].used_to == 3


def test_the_highest_used_number_of_each_block_is_kept(team: World) -> None:
    first, second = (team.tablet(TEAM, "ref") for _ in range(2))
    for tablet in (first, second):
        tablet.sync()
    for serial in (9, 4, 3 * number_blocks.BLOCK):
        inspect(second, serial)
    assert [row.used_to for row in team.rows(NumberLease)] == [9, 0]
    inspect(first, number_blocks.BLOCK + 7)
    assert [row.used_to for row in team.rows(NumberLease)] == [9, number_blocks.BLOCK + 7]


def test_before_new_year_the_next_years_block_comes_too(team: World) -> None:
    tablet = team.tablet(TEAM, "ref")
    team.clock._now += timedelta(days=280)
    tablet.sync()
    assert [(block["year"], block["from"]) for block in blocks(tablet)] == [(2025, 1), (2026, 1)]


@pytest.mark.parametrize(("seconds", "years"), [(-1, {2025}), (0, {2025, 2026})])
def test_the_next_years_block_comes_from_the_first_minute_of_december(
    team: World, seconds: int, years: set[int]
) -> None:
    tablet = team.tablet(TEAM, "ref")
    team.clock._now = start_of_day(date(2025, 12, 1)) + timedelta(seconds=seconds)
    tablet.sync()
    assert {block["year"] for block in blocks(tablet)} == years


def test_after_a_restore_numbers_that_may_be_out_are_left_out(team: World) -> None:
    lost, kept = team.tablet(TEAM, "ref"), team.tablet(TEAM, "ref")
    lost.sync()
    out = numbers(lost)

    def restore(session: Any) -> None:
        # The backup is of a moment before the block was leased.
        for row in session.query(NumberLease):
            session.delete(row)
        session.flush()
        operator.new_epoch(session, OperationContext(team.tenant_id, team.clock, team.ids, load()))

    run_write(team.engine, restore)
    kept.sync()
    assert numbers(kept)
    assert set(numbers(kept)).isdisjoint(out)


def test_the_store_itself_refuses_a_number_leased_twice(team: World) -> None:
    def work(session: Any) -> None:
        row = {"tenant_id": team.tenant_id, "scope": TEAM, "year": 2025, "from_number": 1, "used_to": 0}
        rows = [{**row, "to_number": last, "leased_at": team.clock.now()} for last in (5, 9)]
        session.execute(insert(NumberLease), rows)

    with pytest.raises(IntegrityError), unit_of_work(team.engine) as session:
        work(session)


def test_tablets_that_ask_at_once_share_no_number(team: World) -> None:
    tablets = [team.tablet(TEAM, "ref") for _ in range(4)]
    begin = threading.Barrier(len(tablets))

    def ask(tablet: Tablet) -> None:
        request = SyncRequest.from_wire({"device": tablet.device, "incarnation": tablet.incarnation})
        with snapshot(team.engine) as session:
            received = team.exchange.receive(session, tablet.device, request, VERSION, None)
        begin.wait()
        team.exchange.process(received)

    threads = [threading.Thread(target=ask, args=(tablet,)) for tablet in tablets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = team.rows(NumberLease)
    out = [n for row in rows for n in range(row.from_number, row.to_number + 1)]
    assert len(rows) == len(tablets)
    assert len(out) == len(set(out))


def test_a_tablet_cannot_write_a_block(team: World) -> None:
    tablet = team.tablet(TEAM, "ref")
    block = {"device": tablet.device, "incarnation": tablet.incarnation, "year": 2025, "from": 1, "to": 9}
    receipt = tablet.push(tablet.create(block, type="number_block", scope=TEAM, user=OFFICER))[0]
    assert (receipt["status"], receipt["reason"]) == ("quarantined", "office_only")
