"""The line between tablets and office: it loses, doubles, delays, cuts and replays whatever it can."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.contract.simulator.office import Office, ServerCrash
from tests.contract.simulator.server_oracle import ServerOracle
from tests.contract.simulator.tablet import Tablet
from tests.contract.simulator.violation import Violation

from field178_mobile.replication.events import AnswerEnded, AnswerLine, Event, Failure, FailureKind
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.protocol import receipt_scope

NO_NETWORK = Failure(FailureKind.NO_NETWORK)


class Fault(StrEnum):
    """What may happen to one request."""

    NONE = "none"
    REQUEST_LOST = "request_lost"
    REQUEST_LATE = "request_late"
    ANSWER_LOST = "answer_lost"
    ANSWER_CUT = "answer_cut"
    ANSWER_LATE = "answer_late"
    DOUBLED = "doubled"
    TABLET_CRASH = "tablet_crash"
    SERVER_CRASH = "server_crash"
    SERVER_BUSY = "server_busy"
    SERVER_ERROR = "server_error"


SERVER_CRASH_POINTS = ("push.begin", "push.commit", "push.done", "answer")
LATEST_TABLET_CRASH = 14


@dataclass
class Wire:
    """Carries one request after the other; `allowed` is empty once the world has healed."""

    office: Office
    oracle: ServerOracle
    rng: random.Random
    note: Callable[[str], None]
    allowed: tuple[Fault, ...] = ()
    rate: float = 0.0
    poison: set[str] = field(default_factory=set)
    seen: set[Fault] = field(default_factory=set)
    sent: list[bytes] = field(default_factory=list)
    exchanges: int = 0
    repairs_of_receipts: int = 0
    last_frames: list[dict] = field(default_factory=list)
    trace: hashlib._Hash = field(default_factory=hashlib.sha256)

    def carry(self, tablet: Tablet, body: bytes) -> list[Event] | None:
        """Return what the tablet hears; None when it has to wait for it."""
        fault = self._draw()
        self.seen.add(fault)
        self.note(f"  {tablet.name} asks {_summary(body)} ({fault.value})")
        if any(change_id.encode() in body for change_id in self.poison):
            return [Failure(FailureKind.SERVER_ERROR)]
        if fault in (Fault.SERVER_BUSY, Fault.SERVER_ERROR):
            return [Failure(FailureKind(fault.value.replace("server_busy", "busy")), retry_after_s=None)]
        if fault in (Fault.REQUEST_LOST, Fault.REQUEST_LATE):
            if fault is Fault.REQUEST_LATE:
                self.sent.append(body)
            return [NO_NETWORK]
        self.sent.append(body)
        return self._deliver(tablet, body, fault)

    def replay(self, number: int) -> None:
        """Let an old request arrive once more; nobody hears its answer."""
        if self.sent:
            body = self.sent[-1 - number % len(self.sent)]
            self.note(f"  again {_summary(body)}")
            try:
                self.serve(body)
            except AppError as error:
                raise Violation("I4", f"a repeated request is refused: {error.code}") from error

    def serve(self, body: bytes) -> list[bytes]:
        """Let the office answer, under the oracle's eyes."""
        self.exchanges += 1
        request = json.loads(body)
        self.repairs_of_receipts += receipt_scope(request["device"]) in request.get("repair", {})
        with self.oracle.step(request.get("push", [])):
            lines = self.office.answer(body)
        frames = [json.loads(line) for line in lines]
        self.oracle.judge_answer(request["device"], frames, request.get("push", []))
        self.last_frames = frames
        self.trace.update(b"%d|%d|" % (len(body), len(lines)) + body + b"\n".join(lines))
        return lines

    def _deliver(self, tablet: Tablet, body: bytes, fault: Fault) -> list[Event] | None:
        if fault is Fault.SERVER_CRASH:
            self.office.crash_at = self.rng.choice(SERVER_CRASH_POINTS)
        try:
            lines = self.serve(body)
            self.oracle.note_places(json.loads(body))
            if fault is Fault.DOUBLED:
                lines = self.rng.choice((lines, self.serve(body)))
        except ServerCrash:
            return [NO_NETWORK]
        except AppError as error:
            return [self._refused(error)]
        finally:
            self.office.crash_at = None
        return [NO_NETWORK] if fault is Fault.ANSWER_LOST else self._hand_over(tablet, lines, fault)

    def _hand_over(self, tablet: Tablet, lines: list[bytes], fault: Fault) -> list[Event] | None:
        if fault is Fault.ANSWER_CUT:
            lines = lines[: self.rng.randrange(len(lines))]
        events: list[Event] = [*(AnswerLine(line) for line in lines), AnswerEnded()]
        if fault is Fault.ANSWER_LATE:
            tablet.waiting.extend(events)
            return None
        if fault is Fault.TABLET_CRASH:
            tablet.crash_in = self.rng.randint(1, LATEST_TABLET_CRASH)
        return events

    def _refused(self, error: AppError) -> Failure:
        if error.code is ErrorCode.BUSY:
            return Failure(FailureKind.BUSY, retry_after_s=2.0)
        raise Violation("I14", f"the server refused an honest request: {error.code} {error.details}")

    def _draw(self) -> Fault:
        if not self.allowed or self.rng.random() >= self.rate:
            return Fault.NONE
        return self.rng.choice(self.allowed)


def _summary(body: bytes) -> str:
    request = json.loads(body)
    pushed = ",".join(
        f"{change['op']}{'+' if change['create'] else ''} {change['record_id'][-4:]} n{change['n']}"
        for change in request.get("push", [])
    )
    named = ("salvage", "repair")
    more = "".join(f" {name}={len(request[name])}" for name in named if request.get(name))
    return f"[{pushed}]{more}"
