"""Events and requests of the upload engine."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.ports import NetworkKind
from field178_mobile.replication.events import Failure
from field178_shared.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class GoOn:
    """It is the photos' turn. `is_due`: because the time asked for by `WaitFor` is over."""

    network: NetworkKind
    is_due: bool = False


@dataclass(frozen=True, slots=True)
class UploadAnswer:
    """The server's answer to one request, whatever its status. `offset` is None where it names none.

    `problem`: what a refused file has that none may have. `seconds`: from the request to the answer.
    """

    status: int
    code: ErrorCode | None = None
    offset: int | None = None
    location: str | None = None
    is_backed_up: bool = False
    retry_after_s: float | None = None
    problem: str | None = None
    seconds: float = 0.0


Event = GoOn | UploadAnswer | Failure


@dataclass(frozen=True, slots=True)
class Create:
    """Announce a file; the answer names the place that takes its bytes."""

    sha256: str
    record_id: str
    size_bytes: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Locate:
    """Ask how much of a file the server has: after a break only."""

    location: str


@dataclass(frozen=True, slots=True)
class SendChunk:
    """Send the next bytes of a file."""

    location: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class AskStored:
    """Ask whether a file that was sent is in a verified backup."""

    sha256: str


@dataclass(frozen=True, slots=True)
class RenewSession:
    """Open a device session: the one in use is over. Answered by 200."""


Request = Create | Locate | SendChunk | AskStored | RenewSession


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Come back with `GoOn` after so many seconds, 0 to let data go first; None: when woken."""

    seconds: float | None
