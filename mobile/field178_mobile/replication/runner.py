"""The sync thread: joins engine and transport, wakes on save, timer, network and the user's tap."""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from field178_mobile.replication.engine import SyncEngine
from field178_mobile.replication.events import (
    AnswerEnded,
    AnswerLine,
    Closed,
    DeviceSessionOpened,
    Effect,
    Event,
    Failure,
    FailureKind,
    FollowKeys,
    HangUp,
    Obey,
    OpenDeviceSession,
    Phase,
    Send,
    SendAhead,
    StateChanged,
    SyncState,
    Tick,
    Wait,
    Wake,
    WakeReason,
)
from field178_mobile.replication.orders import OrderFollower
from field178_mobile.replication.port import Transport, TransportFailure
from field178_mobile.replication.uploads.runner import UploadRunner
from field178_shared.crypto.key_chain import KeyAnnouncement
from field178_shared.time.clock import duration_clock

LONGEST_JOIN_S = 2.0
BROKEN_WAIT_S = 60.0

Listener = Callable[[SyncState], None]

log = logging.getLogger(__name__)


class SyncRunner:
    """Runner of the engine on its own thread; `state` is always current."""

    def __init__(
        self,
        engine: SyncEngine,
        transport: Transport,
        uploads: UploadRunner | None = None,
        orders: OrderFollower | None = None,
        follow_keys: Callable[[Sequence[KeyAnnouncement]], object] | None = None,
    ) -> None:
        self._engine = engine
        self._transport = transport
        self._uploads = uploads
        self._orders = orders
        self._follow_keys = follow_keys
        self._wakes: queue.SimpleQueue[WakeReason | None] = queue.SimpleQueue()
        self._listeners: list[Listener] = []
        self._due_at: float | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="field178-sync", daemon=True)

    def start(self) -> None:
        """Start the thread with a first exchange."""
        self._wakes.put(WakeReason.START)
        self._thread.start()

    def wake(self, reason: WakeReason = WakeReason.USER) -> None:
        """Request an exchange; returns at once."""
        self._wakes.put(reason)

    def state(self) -> SyncState:
        """Return the state of sync for the screens."""
        state = self._engine.state
        if self._orders is not None:
            state = replace(state, closed=self._orders.closed)
        return state if self._uploads is None else replace(state, uploads=self._uploads.state)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` on the sync thread with every change of state; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def stop(self) -> None:
        """Abort the running request and end the thread; the next start continues.

        Waits two seconds at most: a thread that waits for a silent server ends by itself later.
        """
        self._stopping.set()
        self._wakes.put(None)
        self._transport.close()
        if self._thread.is_alive():
            self._thread.join(LONGEST_JOIN_S)

    def drive(self, event: Event) -> None:
        """Handle one event and all its effects, on the calling thread (the loop of the sync thread)."""
        try:
            self._perform_all(self._engine.step(event))
        except Exception:
            if self._stopping.is_set():
                # The store was locked while an exchange was running; nobody waits for its result.
                return
            # Last handler of the sync loop: after any exception the data is kept and the next attempt
            # follows.
            log.exception("sync_failed")
            self._perform_all(self._engine.step(Failure(FailureKind.BUSY, retry_after_s=BROKEN_WAIT_S)))

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._take_turn()

    def _take_turn(self) -> None:
        """Wait for the next action and run it; a wake or a due exchange precedes the next chunk."""
        own, photos = self._seconds_left(), self._photos_wait_s()
        waits = [wait for wait in (own, photos) if wait is not None]
        try:
            reason = self._wakes.get(timeout=min(waits, default=None))
        except queue.Empty:
            if own is not None and (photos is None or own <= photos):
                self.drive(Tick())
                self._wake_photos(WakeReason.TIMER)
                self._settle_orders()
            else:
                self._send_photos()
            return
        if reason is not None:
            self.drive(Wake(reason))
            self._wake_photos(reason)
            self._settle_orders()

    def _settle_orders(self) -> None:
        """Send the receipts of orders; delete everything, if that is ordered, after an attempt to send."""
        if self._orders is None or self._stopping.is_set():
            return
        try:
            if self._orders.must_empty:
                while self._photos_wait_s() == 0 and not self._stopping.is_set():
                    self._send_photos()
            self._orders.settle()
            if self._orders.closed is Closed.WIPED:
                self._stopping.set()  # there is no store any more
        except Exception:
            if self._stopping.is_set():
                return
            # As in `drive`: the order is stored, and the next attempt goes on with it.
            log.exception("order_failed")
        self._notify(self.state())

    def _seconds_left(self) -> float | None:
        return None if self._due_at is None else max(0.0, self._due_at - duration_clock())

    def _photos_wait_s(self) -> float | None:
        # Photos go where data went before: while the exchange waits for its line, so do they.
        is_free = self._uploads is not None and self._engine.state.phase is Phase.IDLE
        return self._uploads.wait_s() if self._uploads is not None and is_free else None

    def _wake_photos(self, reason: WakeReason) -> None:
        if self._uploads is not None:
            self._uploads.wake(reason)

    def _send_photos(self) -> None:
        assert self._uploads is not None
        try:
            self._uploads.work()
        except Exception:
            if self._stopping.is_set():
                return
            # Last handler of the upload loop, as in `drive`: the photo is kept and the next attempt follows.
            log.exception("upload_failed")
            self._uploads.pause(BROKEN_WAIT_S)
        self._notify(self.state())

    def _perform_all(self, effects: list[Effect]) -> None:
        pending = deque(effects)
        while pending and not self._stopping.is_set():
            pending.extend(self._perform(pending.popleft()))

    def _perform(self, effect: Effect) -> list[Effect]:
        if isinstance(effect, StateChanged):
            self._notify(self.state())
        elif isinstance(effect, FollowKeys | Obey):
            self._follow_office(effect)
        elif isinstance(effect, Wait):
            self._due_at = duration_clock() + effect.seconds
        elif isinstance(effect, OpenDeviceSession):
            return self._sign_in()
        elif isinstance(effect, Send):
            return self._send(effect)
        return []

    def _follow_office(self, effect: FollowKeys | Obey) -> None:
        """Follow newer keys of the office, or carry out its order."""
        if isinstance(effect, FollowKeys):
            if self._follow_keys is not None:
                self._follow_keys(effect.announcements)
        elif self._orders is not None and self._orders.obey(effect.order, is_final=effect.is_final):
            self._notify(self.state())

    def _sign_in(self) -> list[Effect]:
        try:
            order = self._transport.open_session()
        except TransportFailure as error:
            return self._engine.step(error.failure)
        return self._engine.step(DeviceSessionOpened(order))

    def _send(self, effect: Send) -> list[Effect]:
        ahead: list[SendAhead] = []
        try:
            for line in self._transport.exchange(effect.body):
                effects = self._engine.step(AnswerLine(line))
                if effects and any(isinstance(item, HangUp) for item in effects):
                    return effects
                ahead += [item for item in effects if isinstance(item, SendAhead)]
                for item in effects:
                    if isinstance(item, FollowKeys | Obey):
                        self._follow_office(item)
        except TransportFailure as error:
            return self._engine.step(error.failure)
        for request in ahead:
            # After the last byte, so that it goes over the same connection.
            self._transport.post_ahead(request.body)
        return self._engine.step(AnswerEnded())

    def _notify(self, state: SyncState) -> None:
        for listener in list(self._listeners):
            listener(state)
