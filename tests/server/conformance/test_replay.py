"""A recorded day is served to clients over HTTP, and requests that differ are reported."""

from __future__ import annotations

from collections.abc import Callable
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from field178_server.conformance import files
from field178_server.conformance.client import ForeignClient
from field178_server.conformance.office import Office
from field178_server.conformance.player import Player
from field178_server.conformance.replay import RecordedDay, serve

Json = dict[str, Any]
DAY = next(day for day in files.days() if day["file"] == "worked-day")


@pytest.fixture
def recorded() -> RecordedDay:
    return RecordedDay(list(files.recording("worked-day")["exchanges"]), lambda line: None)


@pytest.fixture
def play(recorded: RecordedDay) -> Callable[[Json], None]:
    code = recorded.exchanges[0]["body"]["code"]

    def played(variables: Json) -> None:
        addresses: Queue[str] = Queue()
        thread = Thread(target=serve, args=(recorded, 0, addresses.put))
        thread.start()
        url = addresses.get(timeout=10)
        office = Office(lambda *_: code, login="an")
        Player(lambda: ForeignClient(url), office, DAY["variables"] | variables).play(DAY)
        thread.join(timeout=10)

    return played


def test_client_that_sends_the_recorded_requests_has_no_difference(
    recorded: RecordedDay, play: Callable[[Json], None]
) -> None:
    play({})
    assert (recorded.differing, recorded.exchanges) == (0, [])


def test_other_request_is_reported_with_its_place(recorded: RecordedDay) -> None:
    lines: list[str] = []
    recorded.report = lines.append
    status, _ = recorded.answer("POST /api/v1/devices", {"code": "0000000000000000"})
    assert (status, recorded.differing) == (201, 1)
    assert lines[0].startswith("POST /api/v1/devices differs at /1")


def test_request_after_the_day_is_not_found(recorded: RecordedDay) -> None:
    recorded.exchanges.clear()
    assert recorded.answer("POST /api/v1/sync", {})[0] == 404
    assert recorded.differing == 1
