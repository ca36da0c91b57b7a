"""What the tablet tells of itself: once, and again only when it is no longer true."""

from __future__ import annotations

import json
import random

from tests.mobile.replication.tablet import Tablet, lost_answer, record
from tests.mobile.support import UNIT, seeded_ids

from field178_mobile.replication.engine import SyncEngine, World
from field178_mobile.replication.request import Identity
from field178_mobile.store.photos.rows import PhotoState
from field178_mobile.store.photos.upload_queue import UploadQueue

SILENT = {"unsent": 0, "unsent_files": 0}


def reports(tablet: Tablet) -> list[object]:
    return [json.loads(body).get("about") for body in tablet.bodies]


def with_room(tablet: Tablet, free_mb: list[int]) -> Tablet:
    """Give the tablet a file system whose free space the test changes."""
    ids = seeded_ids(tablet.clock, 99).random
    world = World(tablet.clock, random.Random(5), ids, lambda: tablet.seconds, lambda: free_mb[0])
    tablet.engine = SyncEngine(tablet.sync_store, Identity("device", "1.0.0"), world)
    return tablet


def test_telemetry_is_sent_once_and_again_after_a_change(tablet: Tablet) -> None:
    tablet.sync()
    tablet.sync()
    tablet.file(1, name="một")
    tablet.sync()
    first, *later = reports(tablet)
    assert first == SILENT
    assert later == [None] * len(later)


def test_a_request_that_pushes_all_tells_that_nothing_is_left(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    assert reports(tablet)[0] == SILENT


def test_telemetry_is_sent_again_after_a_lost_answer(tablet: Tablet) -> None:
    tablet.faults = [lost_answer]
    tablet.sync()
    tablet.sync()
    assert reports(tablet)[:2] == [SILENT, SILENT]


def test_free_space_is_told_in_steps(tablet: Tablet) -> None:
    free_mb = [2100]
    with_room(tablet, free_mb)
    tablet.sync()
    free_mb[0] = 2050
    tablet.sync()
    free_mb[0] = 2000
    tablet.sync()
    assert reports(tablet) == [{**SILENT, "free_mb": 2048}, None, {**SILENT, "free_mb": 1536}]


def test_a_digest_that_did_not_match_is_told(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    del tablet.server.world.records[record(1)]
    tablet.server.office_put(record(2), UNIT, name="hai")
    tablet.sync()
    assert tablet.mismatches() == 1
    assert {**SILENT, "mismatches": {"count": 1, "records": [record(1)]}} in reports(tablet)


def test_at_most_eight_records_are_named(tablet: Tablet) -> None:
    for number in range(12):
        tablet.server.office_put(record(number), UNIT, name="một")
    tablet.sync()
    for number in range(12):
        tablet.server.world.records.pop(record(number))
    tablet.server.office_put(record(50), UNIT, name="hai")
    tablet.sync()
    assert reports(tablet)[-1] == {
        **SILENT,
        "mismatches": {"count": 1, "records": [record(number) for number in range(8)]},
    }


def test_photos_are_told_until_the_server_has_them(tablet: Tablet) -> None:
    photo = tablet.store.photos.add(record(1), b"\xff\xd8 photo", "image/jpeg")
    tablet.file(1, name="một", attachments={"p1": photo})
    tablet.sync()
    assert reports(tablet)[0] == {**SILENT, "unsent_files": 1}
    queue = UploadQueue(tablet.store)
    [waiting] = queue.sendable()
    queue.move(waiting, PhotoState.SENT)
    tablet.sync()
    assert reports(tablet)[-1] == SILENT
