"""The sync thread, with a line in memory."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterator

import pytest
from tests.mobile.replication.model_server import ModelServer
from tests.mobile.replication.model_uploads import ModelUploads, file_with_photos
from tests.mobile.replication.tablet import record
from tests.mobile.support import UNIT, USER, FrozenClock, draft_of, seeded_ids

from field178_mobile.ports import NetworkKind
from field178_mobile.replication.engine import SyncEngine, World
from field178_mobile.replication.events import Failure, FailureKind, Phase, SyncMessage, SyncState, WakeReason
from field178_mobile.replication.port import TransportFailure
from field178_mobile.replication.request import Identity
from field178_mobile.replication.runner import SyncRunner
from field178_mobile.replication.uploads.engine import UploadEngine
from field178_mobile.replication.uploads.events import Request, UploadAnswer
from field178_mobile.replication.uploads.runner import UploadRunner
from field178_mobile.store import Store
from field178_mobile.store.photos.upload_queue import UploadQueue
from field178_mobile.store.replication.sync_store import SyncStore


class LineInMemory:
    """A transport that asks the model server directly."""

    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.failures: list[Exception] = []

    def open_session(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    def exchange(self, body: bytes) -> Iterator[bytes]:
        yield from self.server.answer(json.loads(body))

    def post_ahead(self, body: bytes) -> None:
        """Nothing: this line answers at once."""

    def close(self) -> None:
        pass


class Watcher:
    """Waits on the state without sleeping."""

    def __init__(self, runner: SyncRunner) -> None:
        self.states: list[SyncState] = []
        self._news = threading.Condition()
        runner.subscribe(self._take)

    def _take(self, state: SyncState) -> None:
        with self._news:
            self.states.append(state)
            self._news.notify_all()

    def wait_until(self, condition: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(condition, 10), self.states[-3:]

    def wait_for(self, phase: Phase, message: SyncMessage) -> None:
        def arrived() -> bool:
            return bool(self.states) and (self.states[-1].phase, self.states[-1].message) == (phase, message)

        with self._news:
            assert self._news.wait_for(arrived, 10), self.states[-3:]


@pytest.fixture
def line() -> LineInMemory:
    return LineInMemory(ModelServer("ref", UNIT))


@pytest.fixture
def runner(store: Store, clock: FrozenClock, line: LineInMemory) -> Iterator[SyncRunner]:
    world = World(clock, random.Random(1), seeded_ids(clock, 3).random, lambda: 0.0)
    made = SyncRunner(SyncEngine(SyncStore(store), Identity("device", "1"), world), line)
    yield made
    made.stop()


def test_runner_starts_at_once_and_continues_when_woken(
    runner: SyncRunner, store: Store, line: LineInMemory, clock: FrozenClock
) -> None:
    watcher = Watcher(runner)
    runner.start()
    watcher.wait_for(Phase.IDLE, SyncMessage.IN_SYNC)
    store.file(draft_of(store, record(1), clock.now(), name="một"), USER)
    assert not store.status().in_sync
    watcher.states.clear()
    runner.wake(WakeReason.SAVE)
    watcher.wait_for(Phase.IDLE, SyncMessage.IN_SYNC)
    assert record(1) in line.server.world.records
    assert store.status().in_sync


def test_a_failed_sign_in_says_so_and_the_user_can_try_again(runner: SyncRunner, line: LineInMemory) -> None:
    line.failures = [TransportFailure(Failure(FailureKind.NOT_OUR_SERVER))]
    watcher = Watcher(runner)
    runner.start()
    watcher.wait_for(Phase.WAITING, SyncMessage.NOT_OUR_SERVER)
    assert not runner.state().in_sync
    runner.wake()
    watcher.wait_for(Phase.IDLE, SyncMessage.IN_SYNC)


def test_stopping_does_not_wait_for_a_silent_server(
    runner: SyncRunner, store: Store, line: LineInMemory
) -> None:
    arrived, released = threading.Event(), threading.Event()

    def silent(body: bytes) -> Iterator[bytes]:
        arrived.set()
        released.wait(10)
        yield from ()

    line.exchange = silent  # type: ignore[method-assign]
    runner.start()
    assert arrived.wait(5)
    [thread] = [thread for thread in threading.enumerate() if thread.name == "field178-sync"]
    runner.stop()
    store.lock()
    released.set()
    thread.join(5)
    assert not thread.is_alive()


def test_unexpected_error_is_logged_and_retried(
    runner: SyncRunner, line: LineInMemory, caplog: pytest.LogCaptureFixture
) -> None:
    line.failures = [RuntimeError("unforeseen")]
    watcher = Watcher(runner)
    runner.start()
    watcher.wait_for(Phase.WAITING, SyncMessage.SERVER_BUSY)
    assert "sync_failed" in caplog.text
    runner.wake()
    watcher.wait_for(Phase.IDLE, SyncMessage.IN_SYNC)


class UploadsInMemory:
    """A line for photos that asks a function."""

    def __init__(self, answer: Callable[[Request], UploadAnswer]) -> None:
        self.perform = answer


def with_photos(
    store: Store, clock: FrozenClock, line: LineInMemory, answer: Callable[[Request], UploadAnswer]
) -> SyncRunner:
    engine = UploadEngine(UploadQueue(store), random.Random(1))
    photos = UploadRunner(engine, UploadsInMemory(answer), lambda: NetworkKind.UNKNOWN)
    world = World(clock, random.Random(1), seeded_ids(clock, 3).random, lambda: 0.0)
    return SyncRunner(SyncEngine(SyncStore(store), Identity("device", "1"), world), line, photos)


def test_photos_follow_the_data_and_data_goes_between_their_chunks(
    store: Store, clock: FrozenClock, line: LineInMemory
) -> None:
    server = ModelUploads()
    calls: list[str] = []
    exchange = line.exchange

    def noted(body: bytes) -> Iterator[bytes]:
        calls.append("exchange")
        return exchange(body)

    def answer(request: Request) -> UploadAnswer:
        calls.append(type(request).__name__)
        if calls.count("SendChunk") == 1:
            made.wake(WakeReason.SAVE)
        return server.answer(request)

    line.exchange = noted  # type: ignore[method-assign]
    made = with_photos(store, clock, line, answer)
    named = store.photos.add(record(1), b"x" * 400_000, "image/jpeg")
    store.file(draft_of(store, record(1), clock.now(), attachments={"p": named}), USER)
    watcher = Watcher(made)
    made.start()
    watcher.wait_until(lambda: "AskStored" in calls)
    made.stop()
    assert calls == ["exchange", "Create", "SendChunk", "exchange", "SendChunk", "AskStored"]
    assert set(server.blobs) == {named["sha256"]}
    assert store.status().in_sync


def test_photos_stay_while_the_exchange_waits_for_its_line(
    store: Store, clock: FrozenClock, line: LineInMemory
) -> None:
    server, requests = ModelUploads(), list[str]()
    made = with_photos(store, clock, line, lambda request: requests.append(request) or server.answer(request))
    file_with_photos(store, record(1), b"x")
    line.failures = [TransportFailure(Failure(FailureKind.NO_NETWORK))]
    watcher = Watcher(made)
    made.start()
    watcher.wait_for(Phase.WAITING, SyncMessage.NO_NETWORK)
    assert requests == []
    made.stop()
