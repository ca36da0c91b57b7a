"""Events and effects of the sync engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from field178_shared.errors import ErrorCode


class WakeReason(StrEnum):
    """Who wants an exchange."""

    START = "start"
    SAVE = "save"
    TIMER = "timer"
    NETWORK = "network"
    USER = "user"
    # Somebody uses the tablet, and has not asked for anything.
    TOUCH = "touch"


class FailureKind(StrEnum):
    """How a request ended when it was no answer; each has its own way on."""

    NO_NETWORK = "no_network"
    # There is a network, and nobody answers at the other end: refused, silent, or gone in the middle.
    UNREACHABLE = "unreachable"
    PORTAL = "portal"
    NOT_OUR_SERVER = "not_our_server"
    # A server answers with a certificate that this tablet does not trust.
    CERTIFICATE = "certificate"
    CUT = "cut"
    # A status that the protocol does not have, or a damaged request: nobody looked at what was sent.
    UNEXPECTED = "unexpected"
    SERVER_ERROR = "server_error"
    BUSY = "busy"
    SERVER_FULL = "server_full"
    SESSION = "session"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    UPGRADE = "upgrade"


# The line failed, whatever carries it: nothing was said about what was sent.
OF_THE_LINE = (FailureKind.NO_NETWORK, FailureKind.UNREACHABLE, FailureKind.CUT, FailureKind.UNEXPECTED)


@dataclass(frozen=True, slots=True)
class Wake:
    """Somebody wants an exchange now."""

    reason: WakeReason


@dataclass(frozen=True, slots=True)
class Tick:
    """The time asked for by `Wait` is over."""


@dataclass(frozen=True, slots=True)
class DeviceSessionOpened:
    """The device has a session."""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line of the answer."""

    data: bytes


@dataclass(frozen=True, slots=True)
class AnswerEnded:
    """The answer's bytes are over, whole or not."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The request, the sign-in or the answer failed."""

    kind: FailureKind
    code: ErrorCode | None = None
    retry_after_s: float | None = None
    change_id: str | None = None
    problem: str | None = None


Event = Wake | Tick | DeviceSessionOpened | AnswerLine | AnswerEnded | Failure


@dataclass(frozen=True, slots=True)
class OpenDeviceSession:
    """Open a device session."""


@dataclass(frozen=True, slots=True)
class Send:
    """Post this body (JSON, not yet compressed) to /api/v1/sync."""

    body: bytes


@dataclass(frozen=True, slots=True)
class HangUp:
    """Stop reading the answer: it is no answer of ours."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Come back with `Tick` after so many seconds, or earlier with `Wake`."""

    seconds: float


class Phase(StrEnum):
    """What the engine is doing."""

    IDLE = "idle"
    SIGNING_IN = "signing_in"
    EXCHANGING = "exchanging"
    WAITING = "waiting"


class SyncMessage(StrEnum):
    """The one sentence of the status line, as a code; the screens have the words."""

    NEVER = "never"
    WORKING = "working"
    IN_SYNC = "in_sync"
    RECEIVED = "received"
    UNSENT = "unsent"
    NEEDS_FIX = "needs_fix"
    NO_NETWORK = "no_network"
    UNREACHABLE = "unreachable"
    PORTAL = "portal"
    NOT_OUR_SERVER = "not_our_server"
    SERVER_ERROR = "server_error"
    SERVER_BUSY = "server_busy"
    SERVER_FULL = "server_full"
    UPGRADE_NEEDED = "upgrade_needed"
    REVOKED = "revoked"
    SIGN_IN = "sign_in"
    REFUSED = "refused"
    CHECKING = "checking"
    MASS_REMOVAL = "mass_removal"


class UploadMessage(StrEnum):
    """What the photos do, as a code; the screens have the words."""

    QUIET = "quiet"
    SENDING = "sending"
    WAITING_WIFI = "waiting_wifi"
    NO_NETWORK = "no_network"
    NOT_OUR_SERVER = "not_our_server"
    SERVER_BUSY = "server_busy"
    SERVER_FULL = "server_full"
    REFUSED = "refused"
    PUT_OFF = "put_off"
    NOT_SERVED = "not_served"


@dataclass(frozen=True, slots=True)
class UploadState:
    """What the screens may say about photos; `sending` is the hash of the one under way, if any."""

    message: UploadMessage = UploadMessage.QUIET
    sending: str = ""
    retry_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class SyncState:
    """What the screens may say about sync: never that something was sent when it was not.

    `pushed` changes and `received` rows are those of the last sync, however many exchanges it took.
    `ended`: how many attempts have ended, well or not; who asked for one knows by it that it is over.
    `outcome`: how the last of them ended, also while the next one runs.
    """

    phase: Phase = Phase.IDLE
    message: SyncMessage = SyncMessage.NEVER
    in_sync: bool = False
    last_success_at: datetime | None = None
    retry_in_s: float | None = None
    pushed: int = 0
    received: int = 0
    ended: int = 0
    outcome: SyncMessage = SyncMessage.NEVER
    uploads: UploadState = UploadState()


@dataclass(frozen=True, slots=True)
class StateChanged:
    """Show this."""

    state: SyncState


Effect = OpenDeviceSession | Send | HangUp | Wait | StateChanged
