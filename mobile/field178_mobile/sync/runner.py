"""The sync thread: joins engine and transport, wakes on save, timer, network and the user's tap."""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable

from field178_mobile.sync.engine import SyncEngine
from field178_mobile.sync.events import (
    AnswerEnded,
    Effect,
    Event,
    Failure,
    FailureKind,
    HangUp,
    Line,
    Send,
    SignedIn,
    SignIn,
    StateChanged,
    SyncState,
    Tick,
    Wait,
    Wake,
    WakeReason,
)
from field178_mobile.sync.port import Transport, TransportFailure

LONGEST_JOIN_S = 2.0

Listener = Callable[[SyncState], None]

log = logging.getLogger(__name__)


class SyncRunner:
    """Runs the engine on a thread of its own. `state` and the listeners tell the truth at any moment."""

    def __init__(self, engine: SyncEngine, transport: Transport) -> None:
        self._engine = engine
        self._transport = transport
        self._wakes: queue.SimpleQueue[WakeReason | None] = queue.SimpleQueue()
        self._listeners: list[Listener] = []
        self._wait_s: float | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="field178-sync", daemon=True)

    def start(self) -> None:
        """Begin, with a first exchange at once."""
        self._wakes.put(WakeReason.START)
        self._thread.start()

    def wake(self, reason: WakeReason = WakeReason.USER) -> None:
        """Ask for an exchange; returns at once."""
        self._wakes.put(reason)

    def state(self) -> SyncState:
        """Return what the screens may say about sync."""
        return self._engine.state

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` on the sync thread with every change of state; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def stop(self) -> None:
        """Give up what is under way and end the thread; nothing is lost, the next start goes on.

        Waits two seconds at most: a thread that waits for a silent server ends by itself later.
        """
        self._stopping.set()
        self._wakes.put(None)
        self._transport.close()
        if self._thread.is_alive():
            self._thread.join(LONGEST_JOIN_S)

    def drive(self, event: Event) -> None:
        """Take one event and do all that follows from it, on the calling thread (the sync thread's loop)."""
        try:
            self._perform_all(self._engine.step(event))
        except Exception:
            if self._stopping.is_set():
                # The store was locked under an exchange that nobody waits for any more.
                return
            # The sync loop's edge: whatever broke, the data is kept and the next try comes.
            log.exception("sync_failed")
            self._perform_all(self._engine.step(Failure(FailureKind.BUSY, retry_after_s=60)))

    def _run(self) -> None:
        while not self._stopping.is_set():
            event = self._next_event()
            if event is not None:
                self.drive(event)

    def _next_event(self) -> Event | None:
        try:
            reason = self._wakes.get(timeout=self._wait_s)
        except queue.Empty:
            return Tick()
        return None if reason is None else Wake(reason)

    def _perform_all(self, effects: list[Effect]) -> None:
        waiting = deque(effects)
        while waiting and not self._stopping.is_set():
            waiting.extend(self._perform(waiting.popleft()))

    def _perform(self, effect: Effect) -> list[Effect]:
        if isinstance(effect, StateChanged):
            self._tell(effect.state)
        elif isinstance(effect, Wait):
            self._wait_s = effect.seconds
        elif isinstance(effect, SignIn):
            return self._sign_in()
        elif isinstance(effect, Send):
            return self._send(effect)
        return []

    def _sign_in(self) -> list[Effect]:
        try:
            self._transport.open_session()
        except TransportFailure as error:
            return self._engine.step(error.failure)
        return self._engine.step(SignedIn())

    def _send(self, effect: Send) -> list[Effect]:
        try:
            for line in self._transport.exchange(effect.body):
                effects = self._engine.step(Line(line))
                if any(isinstance(item, HangUp) for item in effects):
                    return effects
        except TransportFailure as error:
            return self._engine.step(error.failure)
        return self._engine.step(AnswerEnded())

    def _tell(self, state: SyncState) -> None:
        for listener in list(self._listeners):
            listener(state)
