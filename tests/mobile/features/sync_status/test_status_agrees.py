"""Sync screen, status line, badges and list rows say the same, and what is true, after whatever happens."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mobile.inspection_world import (
    CAFE,
    GUESTHOUSE,
    KARAOKE,
    OFFICERS,
    TEAM,
    TEAM_SCOPE,
    UNIT,
    choose_shift,
    establishment,
    person,
    services,
    team,
    words,
)
from tests.mobile.replication.model_server import ModelServer
from tests.mobile.support import KEY, FrozenClock, seeded_ids

from field178_mobile.features.inspection.inspection_state import FILED, InspectionState
from field178_mobile.features.register.establishment_pane_state import EstablishmentPaneState
from field178_mobile.features.register.establishments import EstablishmentsState
from field178_mobile.features.sync_status.status import StatusPresenter, StatusState
from field178_mobile.features.sync_status.sync import SyncPresenter
from field178_mobile.features.sync_status.sync_facts import read_facts
from field178_mobile.features.sync_status.sync_state import SyncScreenState
from field178_mobile.features.sync_status.sync_words import HEADLINES, TROUBLES
from field178_mobile.features.workspace.workspace import Workspace
from field178_mobile.replication.engine import SyncEngine, World
from field178_mobile.replication.events import Failure, FailureKind, Phase, Wake, WakeReason
from field178_mobile.replication.port import TransportFailure
from field178_mobile.replication.request import Identity
from field178_mobile.replication.runner import SyncRunner
from field178_mobile.store import StateWord, Store
from field178_mobile.store.replication.sync_store import SyncStore

PLACES = (KARAOKE, GUESTHOUSE, CAFE)
WORKING = (Phase.SIGNING_IN, Phase.EXCHANGING)
REFUSED = list(FailureKind)


class Frames:
    """A drawing thread whose frames the test draws; equal work is done once a frame, as there."""

    def __init__(self) -> None:
        self._pending: dict[Callable[[], None], None] = {}

    def post(self, work: Callable[[], None]) -> None:
        self._pending[work] = None

    def draw(self) -> None:
        works, self._pending = list(self._pending), {}
        for work in works:
            work()


class Line:
    """A line that fails as `refuses` lists; it calls `meanwhile` while an answer is on its way."""

    def __init__(self, server: ModelServer, meanwhile: Callable[[], None]) -> None:
        self.server, self.meanwhile = server, meanwhile
        self.refuses: list[FailureKind] = []

    def open_session(self) -> None:
        self._refuse()

    def exchange(self, body: bytes) -> Iterator[bytes]:
        self._refuse()
        for line in self.server.answer(json.loads(body)):
            self.meanwhile()
            yield line

    def post_ahead(self, body: bytes) -> None:
        """Nothing: this line answers at once."""

    def close(self) -> None:
        pass

    def _refuse(self) -> None:
        if self.refuses:
            raise TransportFailure(Failure(self.refuses.pop(0)))


class RunnerInTurns(SyncRunner):
    """A sync runner whose turns a test calls."""

    def __init__(self, engine: SyncEngine, line: Line) -> None:
        super().__init__(engine, line)
        self.reasons: list[WakeReason] = []

    def wake(self, reason: WakeReason = WakeReason.USER) -> None:
        self.reasons.append(reason)

    def turn(self) -> None:
        reasons, self.reasons = self.reasons, []
        for reason in reasons:
            self.drive(Wake(reason))


class Sights:
    """What the screens show now."""

    def __init__(self) -> None:
        self.pane = self

    def show_list(self, state: EstablishmentsState) -> None:
        self.list = state

    def show_shift(self, _state: object) -> None:
        return

    def clear_search(self) -> None:
        return

    def show_form(self, _state: object) -> None:
        return

    def show_record(self, state: EstablishmentPaneState | None) -> None:
        self.record = state

    def show_visit(self, state: InspectionState) -> None:
        self.visit = state

    def show_sync(self, state: SyncScreenState) -> None:
        self.sync = state

    def show_line(self, state: StatusState) -> None:
        self.line = state


class Tablet:
    """Store, engine, runner and the presenters of all that tells about sync, on frames of the test."""

    def __init__(self, folder: Path) -> None:
        clock = FrozenClock()
        ids = seeded_ids(clock)
        self.server = ModelServer("ref", f"unit:{UNIT}", TEAM_SCOPE)
        self._settle()
        self.store = Store(folder, clock, ids)
        self.store.unlock(KEY)
        self.frames, self.sights, self.line_is_quiet = Frames(), Sights(), True
        self.line = Line(self.server, self._look_once)
        world = World(clock, random.Random(5), ids.random, lambda: 0.0)
        engine = SyncEngine(SyncStore(self.store), Identity("device", "1.0.0"), world)
        self.runner = RunnerInTurns(engine, self.line)
        self.workspace = Workspace(services(self.store, clock, ids), self.frames)
        self.sync = SyncPresenter(
            lambda: (self.store.status(), read_facts(self.store, words())),
            self.runner,
            clock,
            words(),
            self.sights.show_sync,
            controls=None,  # type: ignore[arg-type]  # nothing here is withheld
        )
        say = words().translate
        status = StatusPresenter(self.store, self.runner.state, clock, say, self.sights.show_line)
        for refresh in (self.sync.refresh, status.refresh):
            self.store.subscribe(lambda _change, refresh=refresh: self.frames.post(refresh))
            self.runner.subscribe(lambda _state, refresh=refresh: self.frames.post(refresh))
            refresh()
        self.workspace.show_on(self.sights)
        self.runner.wake(WakeReason.START)
        self.runner.turn()
        self.frames.draw()
        choose_shift(self.workspace.shift)

    def _settle(self) -> None:
        put = self.server.office_put
        put(TEAM, TEAM_SCOPE, "team", **team())
        for number, user in enumerate(OFFICERS):
            put(user, "ref", "person", **person(number))
        for number, place in enumerate(PLACES):
            data = establishment(f"Cơ sở {number}", "guesthouse", 208200000 + number, 1065500000)
            put(place, f"unit:{UNIT}", **data)

    # What may happen

    def open(self, number: int) -> None:
        self.workspace.open(PLACES[number % len(PLACES)])

    def file_visit(self, number: int) -> None:
        self.open(number)
        record = self.workspace.record
        if record.visit is None:
            record.begin("closed_on_arrival")
        assert record.visit is not None
        record.visit.complete()

    def ask(self, _number: int) -> None:
        self.sync.sync_now()

    def saved(self, _number: int) -> None:
        self.runner.wake(WakeReason.SAVE)

    def refuse(self, number: int) -> None:
        self.line.refuses.append(REFUSED[number % len(REFUSED)])

    def exchange(self, _number: int) -> None:
        self.runner.turn()

    def look_during_the_next_exchange(self, _number: int) -> None:
        self.line_is_quiet = False

    def change_at_the_office(self, number: int) -> None:
        place = PLACES[number % len(PLACES)]
        old = self.server.world.records[place].data
        self.server.office_put(place, f"unit:{UNIT}", **{**old, "address_line": f"Số {number}"})
        self.runner.wake()
        self.runner.turn()

    def _look_once(self) -> None:
        if not self.line_is_quiet:
            self.line_is_quiet = True
            self.frames.draw()

    # What is true

    def check(self) -> None:
        self.frames.draw()
        status, sync = self.store.status(), self.runner.state()
        self._check_list_and_record()
        shown = {row.record_id for row in self.sights.sync.unsent}
        assert len(shown) == status.unsent_records == self.sights.line.unsent
        waiting = f"Còn {status.unsent_records} phiếu chưa gửi"
        assert (waiting in self.sights.line.text) is bool(status.unsent_records)
        if sync.outcome in TROUBLES:
            headline = words().say(HEADLINES[sync.outcome])
            assert self.sights.line.text.startswith(headline)
            assert self.sights.sync.is_working or self.sights.sync.headline == headline
        is_asked = WakeReason.USER in self.runner.reasons
        assert self.sights.sync.is_working is (is_asked or sync.phase in WORKING)
        if status.unsent_records:
            assert "gửi hết" not in self.sights.line.text
            assert self.sights.sync.tone != "ok"

    def _check_list_and_record(self) -> None:
        for row in self.sights.list.rows:
            visits = self.store.visits_to(row.id)
            newest = max(visits, key=lambda visit: str(visit.data.get("started_at")), default=None)
            if newest is not None:
                assert row.state == self.store.shown_state(newest.id).word
        visit = self.workspace.record.visit
        if visit is None or not visit.is_known:
            return
        word = self.store.shown_state(visit.record_id).word
        assert self.sights.record is not None
        assert self.sights.record.state == word
        if self.sights.visit.pane == FILED:
            is_there = word is not StateWord.UNSENT
            assert ("đã nhận" in self.sights.visit.feedback.delivery) is is_there

    def close(self) -> None:
        self.store.close()


EVENTS = [
    Tablet.open,
    Tablet.file_visit,
    Tablet.file_visit,
    Tablet.ask,
    Tablet.saved,
    Tablet.refuse,
    Tablet.exchange,
    Tablet.exchange,
    Tablet.look_during_the_next_exchange,
    Tablet.change_at_the_office,
]
History = list[tuple[Callable[[Tablet, int], None], int]]
histories = st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 11)), min_size=1, max_size=10)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(histories)
def test_all_views_of_sync_status_agree_after_any_event(history: History) -> None:
    play(history)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=2000, deadline=None)
@given(histories)
def test_two_thousand_histories_say_the_same(history: History) -> None:
    play(history)


def play(history: History) -> None:
    with tempfile.TemporaryDirectory() as name:
        tablet = Tablet(Path(name))
        try:
            tablet.check()
            for event, number in history:
                event(tablet, number)
                tablet.check()
        finally:
            tablet.close()


def test_a_refusal_between_two_frames_ends_the_exchange_that_was_asked_for(tmp_path: Path) -> None:
    tablet = Tablet(tmp_path)
    tablet.refuse(0)
    tablet.ask(0)
    tablet.check()
    assert tablet.sights.sync.is_working
    tablet.exchange(0)
    tablet.check()
    assert not tablet.sights.sync.is_working
    # In words and icon on the line of every screen.
    assert tablet.sights.line.icon == "wifi-off"
    tablet.close()


def test_a_filed_visit_is_received_everywhere_in_the_frame_after_its_receipt(tmp_path: Path) -> None:
    tablet = Tablet(tmp_path)
    tablet.file_visit(0)
    tablet.check()
    assert tablet.sights.record.state == StateWord.UNSENT
    tablet.saved(0)
    tablet.exchange(0)
    tablet.check()
    assert tablet.sights.record.state == StateWord.RECEIVED
    tablet.close()
