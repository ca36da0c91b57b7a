"""A line that answers with an answer given before: the tablet waits, longer each time, and loses nothing."""

from __future__ import annotations

import pytest
from tests.mobile.replication.model_server import ModelServer
from tests.mobile.replication.tablet import Tablet, record
from tests.mobile.support import UNIT

from field178_mobile.replication.engine import IDLE_WAIT_S
from field178_mobile.replication.events import Phase, SyncMessage, WakeReason
from field178_mobile.store import StateWord

MOST_REQUESTS = 12


def recorded_answer(tablet: Tablet) -> list[bytes]:
    answers: list[list[bytes]] = []

    def answer_recorded(server: ModelServer, request: dict) -> list[bytes]:
        answers.append(server.answer(request))
        return answers[-1]

    tablet.faults = [answer_recorded]
    tablet.sync()
    return answers[0]


def requests_during(tablet: Tablet, lines: list[bytes], reason: WakeReason = WakeReason.USER) -> int:
    """Sync over a line that answers every request with these lines; return how many requests were sent."""
    before = len(tablet.bodies)
    tablet.faults = [lambda server, request: lines] * MOST_REQUESTS
    tablet.sync(reason)
    assert tablet.faults, "the tablet asked without an end"
    tablet.faults = []
    return len(tablet.bodies) - before


def test_a_replayed_answer_to_another_push_is_not_asked_for_again_at_once(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    lines = recorded_answer(tablet)
    tablet.file(2, name="hai")
    assert requests_during(tablet, lines) == 1
    assert (tablet.engine.state.phase, tablet.engine.state.message) == (
        Phase.WAITING,
        SyncMessage.UNREACHABLE,
    )
    assert tablet.store.shown_state(record(2)).word is StateWord.UNSENT
    assert not tablet.store.status().in_sync


def test_each_replayed_answer_makes_the_tablet_wait_longer(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet.file(1, name="một")
    lines = recorded_answer(tablet)
    tablet.file(2, name="hai")
    monkeypatch.setattr("random.Random.uniform", lambda _self, _least, most: most)
    tablet.waits = []
    for _ in range(4):
        requests_during(tablet, lines, WakeReason.TIMER)
    assert tablet.waits == [2, 4, 8, 16]


def test_a_replayed_page_that_announces_more_is_not_read_for_ever(tablet: Tablet) -> None:
    tablet.server.page = 3
    for number in range(7):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    pages: list[list[bytes]] = []

    def first_page(server: ModelServer, request: dict) -> list[bytes]:
        pages.append(server.answer(request))
        return pages[0]

    tablet.faults = [first_page, lambda server, request: pages[0]]
    tablet.sync()
    assert tablet.faults == []
    assert tablet.engine.state.phase is Phase.WAITING
    tablet.sync()
    assert tablet.agrees()


def test_answer_of_the_server_after_replayed_answers_sends_waiting_changes(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    lines = recorded_answer(tablet)
    tablet.file(2, name="hai")
    requests_during(tablet, lines)
    tablet.sync()
    assert tablet.store.status().in_sync
    assert tablet.agrees()
    assert tablet.waits[-1] == IDLE_WAIT_S
