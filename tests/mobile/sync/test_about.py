"""What the tablet tells of itself: once, and again only when it is no longer true."""

from __future__ import annotations

import json
import random

from tests.mobile.support import UNIT, seeded_ids
from tests.mobile.sync.tablet import Tablet, record
from tests.mobile.sync.test_engine import lost_answer

from field178_mobile.sync.engine import SyncEngine, World
from field178_mobile.sync.request import Identity


def told(tablet: Tablet) -> list[object]:
    return [json.loads(body).get("about") for body in tablet.bodies]


def with_room(tablet: Tablet, free_mb: list[int]) -> Tablet:
    """Give the tablet a file system whose free space the test changes."""
    ids = seeded_ids(tablet.clock, 99).random
    world = World(tablet.clock, random.Random(5), ids, lambda: tablet.seconds, lambda: free_mb[0])
    tablet.engine = SyncEngine(tablet.sync_store, Identity("device", "1.0.0"), world)
    return tablet


def test_it_is_told_once_and_then_only_as_news(tablet: Tablet) -> None:
    tablet.sync()
    tablet.sync()
    tablet.file(1, name="một")
    tablet.sync()
    first, *later = told(tablet)
    assert first == {"unsent": 0}
    assert later == [None] * len(later)


def test_a_request_that_pushes_all_tells_that_nothing_is_left(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    assert told(tablet)[0] == {"unsent": 0}


def test_what_was_perhaps_not_heard_is_told_again(tablet: Tablet) -> None:
    tablet.faults = [lost_answer]
    tablet.sync()
    tablet.sync()
    assert told(tablet)[:2] == [{"unsent": 0}, {"unsent": 0}]


def test_free_space_is_told_in_steps(tablet: Tablet) -> None:
    free_mb = [2100]
    with_room(tablet, free_mb)
    tablet.sync()
    free_mb[0] = 2050
    tablet.sync()
    free_mb[0] = 2000
    tablet.sync()
    assert told(tablet) == [{"unsent": 0, "free_mb": 2048}, None, {"unsent": 0, "free_mb": 1536}]


def test_a_digest_that_did_not_match_is_told(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    del tablet.server.world.records[record(1)]
    tablet.server.office_put(record(2), UNIT, name="hai")
    tablet.sync()
    assert tablet.mismatches() == 1
    assert {"unsent": 0, "mismatches": {"count": 1, "records": []}} in told(tablet)
