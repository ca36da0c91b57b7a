"""Events and requests of the upload engine."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.ports import NetworkKind
from field178_mobile.replication.events import Failure
from field178_shared.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class GoOn:
    """Event: the uploads may continue. `is_due`: the time of `WaitFor` is over."""

    network: NetworkKind
    is_due: bool = False


@dataclass(frozen=True, slots=True)
class UploadAnswer:
    """Answer of the server to one request; `offset` is None if absent.

    `problem`: the reason for refusing a file.
    """

    status: int
    code: ErrorCode | None = None
    offset: int | None = None
    location: str | None = None
    is_backed_up: bool = False
    retry_after_s: float | None = None
    problem: str | None = None


Event = GoOn | UploadAnswer | Failure


@dataclass(frozen=True, slots=True)
class Create:
    """Request: announce a file; the answer contains the location for its bytes."""

    sha256: str
    record_id: str
    size_bytes: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Locate:
    """Request: get the received size of a file, after an interruption."""

    location: str


@dataclass(frozen=True, slots=True)
class SendChunk:
    """Send the next bytes of a file."""

    location: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class AskStored:
    """Request: get whether a sent file is in a verified backup."""

    sha256: str


@dataclass(frozen=True, slots=True)
class RenewSession:
    """Open a device session: the one in use is over. Answered by 200."""


Request = Create | Locate | SendChunk | AskStored | RenewSession


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Action: send `GoOn` after so many seconds; 0: changes first; None: at the next wake."""

    seconds: float | None
