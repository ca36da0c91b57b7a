"""Heartbeats store the time of the last exchange and the status that the tablet sends."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Engine
from tests.stores import Statements
from tests.world import Tablet, World

from field178_server.database.models import Device

RECORD = "01900000-0000-7000-8000-00000000dead"
TOLD = {"unsent": 3, "unsent_files": 5, "free_mb": 2048, "mismatches": {"count": 1, "records": [RECORD]}}


def device(world: World, tablet: Tablet) -> Any:
    (row,) = world.rows(Device, Device.device_id == tablet.device)
    return row


def test_status_of_a_tablet_is_stored_until_the_next_status(world: World) -> None:
    tablet = world.tablet()
    tablet.ask(app="1.2.0", now="2025-03-11T02:05:00Z", about=TOLD)
    row = device(world, tablet)
    assert (row.unsent_count, row.unsent_file_count, row.free_mb, row.mismatch_count) == (3, 5, 2048, 1)
    assert json.loads(row.mismatch_records) == [RECORD]
    assert row.told_at == row.last_seen_at
    tablet.ask(app="1.2.0")
    assert device(world, tablet).unsent_count == 3
    tablet.ask(about={"unsent": 0})
    row = device(world, tablet)
    assert (row.unsent_count, row.unsent_file_count, row.mismatch_records) == (0, None, None)


def test_key_store_of_a_tablet_is_stored(world: World) -> None:
    tablet = world.tablet()
    for reported, stored in (
        ("pin", "pin"),
        ("passphrase", "passphrase"),
        ("none of these", None),
        (1, None),
    ):
        tablet.ask(about={"key_store": reported})
        assert device(world, tablet).key_store == stored


def test_heartbeat_is_stored_with_a_push_and_in_agreement(world: World) -> None:
    tablet = world.tablet()
    tablet.sync(push=[tablet.create()], about={"unsent": 7})
    assert device(world, tablet).unsent_count == 7


def test_tablet_with_an_unreadable_status_counts_as_without_one(world: World) -> None:
    tablet = world.tablet()
    tablet.ask(about="busy")
    row = device(world, tablet)
    assert row.last_seen_at is not None
    assert (row.told_at, row.unsent_count) == (None, None)


def test_a_quiet_exchange_writes_nothing(world: World, statements: Statements, engine: Engine) -> None:
    tablet = world.tablet()
    tablet.ask()
    with statements(engine) as seen:
        tablet.ask()
    assert not [statement for statement in seen if statement.startswith("UPDATE")]
