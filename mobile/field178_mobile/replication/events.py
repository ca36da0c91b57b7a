"""Events and effects of the sync engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from field178_shared.crypto.key_chain import KeyAnnouncement
from field178_shared.device_orders import SignedOrder
from field178_shared.errors import ErrorCode


class WakeReason(StrEnum):
    """Reason for an exchange."""

    START = "start"
    SAVE = "save"
    TIMER = "timer"
    NETWORK = "network"
    USER = "user"
    # The tablet is in use, but nobody requested an exchange.
    TOUCH = "touch"


class FailureKind(StrEnum):
    """Kind of failure of a request; the engine reacts to each in its own way."""

    NO_NETWORK = "no_network"
    # There is a network, but the server refuses connections, is silent or breaks off.
    UNREACHABLE = "unreachable"
    PORTAL = "portal"
    NOT_OUR_SERVER = "not_our_server"
    # A server answers with a certificate that this tablet does not trust.
    CERTIFICATE = "certificate"
    CUT = "cut"
    # A status unknown to the protocol, or a damaged request: the server did not read the request.
    UNEXPECTED = "unexpected"
    SERVER_ERROR = "server_error"
    BUSY = "busy"
    SERVER_FULL = "server_full"
    # The server runs, its database does not.
    STORE_UNAVAILABLE = "store_unavailable"
    SESSION = "session"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    UPGRADE = "upgrade"


# Failures of the connection: the server may not have read the request.
OF_THE_LINE = (FailureKind.NO_NETWORK, FailureKind.UNREACHABLE, FailureKind.CUT, FailureKind.UNEXPECTED)


@dataclass(frozen=True, slots=True)
class Wake:
    """Event: an exchange is requested now."""

    reason: WakeReason


@dataclass(frozen=True, slots=True)
class Tick:
    """Event: the time of `Wait` is over."""


@dataclass(frozen=True, slots=True)
class DeviceSessionOpened:
    """The device has a session; `order`: the order of the office that came with it."""

    order: SignedOrder | None = None


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
class SendAhead:
    """Post this body while the answer before it is committed; `Send` of the same bytes takes its answer."""

    body: bytes


@dataclass(frozen=True, slots=True)
class FollowKeys:
    """Trust the keys that the office announces, if they continue the chain."""

    announcements: tuple[KeyAnnouncement, ...]


@dataclass(frozen=True, slots=True)
class Obey:
    """Carry out an order of the office, if it is one; nothing waits for it.

    `is_final`: all keys of the office were announced before, so a wrong signature is refused.
    """

    order: SignedOrder
    is_final: bool


@dataclass(frozen=True, slots=True)
class HangUp:
    """Stop reading the answer: it is no answer of ours."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Action: send `Tick` after so many seconds, or `Wake` earlier."""

    seconds: float


class Phase(StrEnum):
    """Phase of the engine."""

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
    STORE_UNAVAILABLE = "store_unavailable"
    UPGRADE_NEEDED = "upgrade_needed"
    REVOKED = "revoked"
    SIGN_IN = "sign_in"
    REFUSED = "refused"
    CHECKING = "checking"
    MASS_REMOVAL = "mass_removal"
    CLOSED = "closed"


class UploadMessage(StrEnum):
    """State of the uploads as a code; the screens have the texts."""

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
    """State of photo uploads for the screens; `sending` is the hash of the photo being sent, if any."""

    message: UploadMessage = UploadMessage.QUIET
    sending: str = ""
    retry_in_s: float | None = None


class Closed(StrEnum):
    """Whether an order of the office closes the tablet, or has emptied it."""

    NO = "no"
    ORDERED = "ordered"
    WIPED = "wiped"


@dataclass(frozen=True, slots=True)
class SyncState:
    """State of sync for the screens; it never reports unsent records as sent.

    `pushed` changes and `received` rows are counts of the last sync, across its exchanges. While a load of
    several pages runs, `stored` of `total` records are on this tablet; `total` is 0 at any other time.
    `ended`: number of finished attempts, successful or not, by which a caller recognises the end of its
    attempt. `outcome`: result of the last finished attempt, also while the next one runs.
    """

    phase: Phase = Phase.IDLE
    message: SyncMessage = SyncMessage.NEVER
    in_sync: bool = False
    last_success_at: datetime | None = None
    retry_in_s: float | None = None
    pushed: int = 0
    received: int = 0
    stored: int = 0
    total: int = 0
    ended: int = 0
    outcome: SyncMessage = SyncMessage.NEVER
    uploads: UploadState = UploadState()
    closed: Closed = Closed.NO


@dataclass(frozen=True, slots=True)
class StateChanged:
    """Action: show this state."""

    state: SyncState


Effect = OpenDeviceSession | Send | SendAhead | FollowKeys | Obey | HangUp | Wait | StateChanged
