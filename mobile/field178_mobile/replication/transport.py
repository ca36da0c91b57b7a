"""HTTP transport: the only module that imports requests. Import it late: it is slow to load.

An answer counts as our server's only with verified TLS (or loopback), our protocol header and our content
type. Captive portals and proxies are detected, and redirects are not followed.
"""

from __future__ import annotations

import errno
import json
import math
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError
from urllib3.util import SKIP_HEADER

from field178_mobile.ports import Json
from field178_mobile.replication.enrolment import session_signature
from field178_mobile.replication.events import Failure, FailureKind
from field178_mobile.replication.pinning import CONNECT_TIMEOUT_S, announced_keys, pinned_certificates
from field178_mobile.replication.port import TransportFailure
from field178_shared.crypto.key_chain import KeyAnnouncement
from field178_shared.crypto.pinning import context_trusting
from field178_shared.device_orders import SignedOrder
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import duration_clock
from field178_shared.wire.content_coding import GZIP, LEAST_PACKED_BYTES, StreamReader, gzip_bytes
from field178_shared.wire.protocol import HEADER, NDJSON, VERSION

STALL_TIMEOUT_S = 30.0
LONGEST_LINE = 4 << 20
_TIMEOUTS = (CONNECT_TIMEOUT_S, STALL_TIMEOUT_S)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NETWORK_AUTHENTICATION_REQUIRED = 511
_NO_WAY_OUT = (errno.ENETDOWN, errno.ENETUNREACH, errno.EADDRNOTAVAIL)
_SAID_OF = {
    FailureKind.SERVER_ERROR: ErrorCode.INTERNAL,
    FailureKind.SESSION: ErrorCode.SESSION_UNKNOWN,
    FailureKind.FORBIDDEN: ErrorCode.FORBIDDEN,
    FailureKind.UPGRADE: ErrorCode.PROTOCOL_UNSUPPORTED,
    FailureKind.TOO_LARGE: ErrorCode.TOO_LARGE,
    FailureKind.REFUSED: ErrorCode.BAD_REQUEST,
    FailureKind.UNEXPECTED: ErrorCode.BAD_REQUEST,
}
# Errors of a server that read the request; any other 400 means that the body was damaged on its way.
_READ_AND_REFUSED = (ErrorCode.MALFORMED, ErrorCode.BAD_REQUEST)
# Codes of 503 with a sentence of their own.
_TEMPORARY = {
    ErrorCode.STORAGE_FULL: FailureKind.SERVER_FULL,
    ErrorCode.STORE_UNAVAILABLE: FailureKind.STORE_UNAVAILABLE,
}
_KINDS = {
    401: FailureKind.SESSION,
    403: FailureKind.FORBIDDEN,
    404: FailureKind.FORBIDDEN,
    413: FailureKind.TOO_LARGE,
    426: FailureKind.UPGRADE,
    429: FailureKind.BUSY,
    500: FailureKind.SERVER_ERROR,
}


class HttpTransport:
    """A line to one server for one device; `device` and `device_key` are empty before enrolment."""

    def __init__(
        self,
        url: str,
        pin: str = "",
        device: str = "",
        device_key: bytes = b"",
        follow: Callable[[Sequence[KeyAnnouncement]], str] | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.pin = pin
        # Follows announcements of keys and returns the pins that hold then.
        self._follow = follow
        self._device = device
        self._device_key = device_key
        self._session: requests.Session | None = None
        self._token = ""
        self._token_ends_at = 0.0
        self._next_nonce = ""
        self._reading: requests.Response | None = None
        self._ahead: _PostedAhead | None = None

    def open_session(self) -> SignedOrder | None:
        """Open a device session by signing the nonce of the last one; where that is too old, a new one.

        Returns the order of the office that came with it.
        """
        if self._next_nonce:
            try:
                return self._open_session(self._next_nonce)
            except TransportFailure as error:
                if error.failure.code is not ErrorCode.SIGNATURE_REFUSED:
                    raise
        challenge = self._post("/api/v1/auth/challenge", {"device": self._device})
        return self._open_session(str(challenge.get("nonce", "")))

    @property
    def _has_ended(self) -> bool:
        return duration_clock() >= self._token_ends_at

    def _open_session(self, nonce: str) -> SignedOrder | None:
        signature = session_signature(self._device_key, nonce, self._device)
        body: Json = {"device": self._device, "nonce": nonce, "signature": signature}
        asked_at = duration_clock()
        opened = self._post("/api/v1/auth/session", body)
        self._token, self._next_nonce = str(opened.get("token", "")), str(opened.get("nonce", ""))
        lifetime_s = opened.get("expires_in_s")
        self._token_ends_at = asked_at + (lifetime_s if isinstance(lifetime_s, int) else math.inf)
        return SignedOrder.from_wire(opened.get("order"))

    def exchange(self, body: bytes) -> Iterator[bytes]:
        """Post a request of the exchange and yield the lines of its answer as they arrive.

        An expired session is renewed first, which saves a round trip.
        """
        if self._token and self._has_ended:
            self.open_session()
        with self._answer_ahead(body) or self._send_exchange(body) as response:
            self._reading = response
            if response.headers.get("Content-Type", "").split(";")[0] != NDJSON:
                raise TransportFailure(Failure(FailureKind.NOT_OUR_SERVER))
            yield from _lines(response)

    def post_ahead(self, body: bytes) -> None:
        """Post a request in the background; `exchange` of the same bytes yields its answer."""
        if not (self._token and self._has_ended):
            self._ahead = _PostedAhead(body, self._send_exchange)
            self._ahead.start()

    def call(self, path: str, body: Json, *, with_session: bool = False) -> Json:
        """Post an object outside of the exchange; failures are AppError for the screens."""
        try:
            if with_session and (not self._token or self._has_ended):
                self.open_session()
            return self._post(path, body, with_session=with_session)
        except TransportFailure as error:
            raise _app_error(error.failure) from None

    def close(self) -> None:
        """Close the line; a request under way ends with a failure."""
        session, self._session, self._token = self._session, None, ""
        self._drop_ahead()
        reading, self._reading = self._reading, None
        if reading is not None and not reading.raw.closed:
            # Wakes the thread that waits for the next byte of an answer.
            with suppress(ValueError, RuntimeError, OSError):  # it ended in this moment
                reading.raw.shutdown()
        if session is not None:
            session.close()

    def _answer_ahead(self, body: bytes) -> requests.Response | None:
        """Return the answer to the request posted ahead if that is this one, else drop it."""
        if self._ahead is None or self._ahead.body != body:
            self._drop_ahead()
            return None
        ahead, self._ahead = self._ahead, None
        return ahead.answer()

    def _drop_ahead(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.drop()

    def _send_exchange(self, body: bytes) -> requests.Response:
        headers = {**self.bearer(), "Accept-Encoding": GZIP}
        return self._send("/api/v1/sync", body, headers)

    def _post(self, path: str, body: Json, *, with_session: bool = False) -> Json:
        headers = self.bearer() if with_session else {}
        with self._send(path, json.dumps(body).encode(), headers) as response:
            try:
                value = response.json()
            except (requests.RequestException, HTTPError, ValueError):
                raise TransportFailure(Failure(FailureKind.NOT_OUR_SERVER)) from None
        if not isinstance(value, dict):
            raise TransportFailure(Failure(FailureKind.NOT_OUR_SERVER))
        return value

    def bearer(self) -> dict[str, str]:
        """Return the header of the session in use."""
        return {"Authorization": f"Bearer {self._token}"}

    def request(
        self, method: str, path: str, body: bytes | BinaryIO | None, headers: dict[str, str]
    ) -> requests.Response:
        """Return the response of any server and status; the caller checks its origin.

        A file body is sent chunk by chunk, and the time limit applies to each chunk.
        """
        headers = {HEADER: str(VERSION), **headers}
        try:
            return self._connected().request(
                method,
                self.url + path,
                data=body,
                headers=headers,
                timeout=_TIMEOUTS,
                stream=True,
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as error:
            is_untrusted = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))
            if is_untrusted and self._has_followed():
                return self.request(method, path, body, headers)
            kind = FailureKind.CERTIFICATE if is_untrusted else FailureKind.NOT_OUR_SERVER
            raise TransportFailure(Failure(kind)) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            has_network = not any(map(_is_no_network, _causes(error)))
            kind = FailureKind.UNREACHABLE if has_network else FailureKind.NO_NETWORK
            raise TransportFailure(Failure(kind)) from None

    def _send(self, path: str, body: bytes, headers: dict[str, str]) -> requests.Response:
        headers = {"Content-Type": "application/json", **headers}
        if len(body) >= LEAST_PACKED_BYTES:
            body, headers["Content-Encoding"] = gzip_bytes(body), GZIP
        response = self.request("POST", path, body, headers)
        failure = failure_of(response)
        if failure is not None:
            response.close()
            raise TransportFailure(failure)
        return response

    def _connected(self) -> requests.Session:
        if self._session is None:
            parts = urlsplit(self.url)
            session = requests.Session()
            # The default headers of the library would be a tenth of an exchange without changes.
            session.headers = CaseInsensitiveDict({"User-Agent": SKIP_HEADER, "Accept-Encoding": SKIP_HEADER})
            # The environment MUST NOT name another proxy or another set of authorities.
            session.trust_env = False
            if parts.scheme == "https" and self.pin:
                session.mount("https://", _PinnedAdapter(self._authority(parts.hostname or "", parts.port)))
            elif parts.scheme != "https" and parts.hostname not in _LOOPBACK:
                raise TransportFailure(Failure(FailureKind.NOT_OUR_SERVER))
            self._session = session
        return self._session

    def _authority(self, host: str, port: int | None) -> ssl.SSLContext:
        try:
            pinned = pinned_certificates(host, port or 443, self.pin)
        except ssl.SSLError:
            raise TransportFailure(Failure(FailureKind.NOT_OUR_SERVER)) from None
        if not pinned and self._has_followed():
            return self._authority(host, port)
        if not pinned:
            raise TransportFailure(Failure(FailureKind.CERTIFICATE))
        return context_trusting(pinned)

    def trust(self, pin: str) -> None:
        """Trust other certificates from the next connection on."""
        if pin != self.pin:
            self.pin, self._session = pin, None

    def _has_followed(self) -> bool:
        """Follow what the server announces; return whether other certificates are trusted then."""
        parts, before = urlsplit(self.url), self.pin
        if self._follow is None or not before:
            return False
        self.trust(self._follow(announced_keys(parts.hostname or "", parts.port or 443)))
        return self.pin != before


class _PostedAhead(threading.Thread):
    """Thread that posts one request and holds its answer until it is wanted or dropped."""

    def __init__(self, body: bytes, post: Callable[[bytes], requests.Response]) -> None:
        super().__init__(name="field178-sync-ahead", daemon=True)
        self.body = body
        self._post = post
        self._response: requests.Response | None = None
        self._failure: TransportFailure | None = None
        self._is_dropped = False

    def run(self) -> None:
        """Post the request."""
        try:
            self._response = self._post(self.body)
        except TransportFailure as failure:
            self._failure = failure
        if self._is_dropped:
            self.drop()

    def answer(self) -> requests.Response | None:
        """Wait for the answer and return it, or raise the failure of the request."""
        self.join()
        if self._failure is not None:
            raise self._failure
        return self._response

    def drop(self) -> None:
        """Close the answer, or let it be closed when it comes."""
        self._is_dropped = True
        if self._response is not None:
            self._response.close()


class _PinnedAdapter(HTTPAdapter):
    """Adapter that verifies against one authority, independent of the `verify` argument."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **options: object
    ) -> None:
        """Make every connection with the pinned context."""
        super().init_poolmanager(connections, maxsize, block, **options, ssl_context=self._context)

    def cert_verify(self, conn: object, url: str, verify: object, cert: object) -> None:
        """Override: keep requests from adding its own bundle of authorities."""


def _lines(response: requests.Response) -> Iterator[bytes]:
    reader = StreamReader(response.headers.get("Content-Encoding"))
    rest = b""
    while chunk := _next_chunk(response):
        try:
            rest += reader.feed(chunk)
        except AppError:
            # A decoding error counts as a broken connection: the rows before it are kept.
            return
        *lines, rest = rest.split(b"\n")
        if len(rest) > LONGEST_LINE:
            return
        yield from (line for line in lines if line)


def _next_chunk(response: requests.Response) -> bytes:
    try:
        # read1 returns the bytes that have arrived; waiting for a full block would delay a checkpoint.
        chunk: bytes = response.raw.read1(64 << 10, decode_content=False)
    except (HTTPError, OSError):
        return b""
    return chunk


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and its causes: libraries wrap the error of the system."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_no_network(error: BaseException) -> bool:
    """Return whether the system reports a missing network, as opposed to a server that does not answer."""
    if isinstance(error, socket.gaierror):
        # An unknown host name was looked up, so there is a network.
        return error.errno != socket.EAI_NONAME
    return isinstance(error, OSError) and error.errno in _NO_WAY_OUT


def failure_of(response: requests.Response) -> Failure | None:
    """Return the failure of a response; None for a successful response of our server."""
    status, is_ours = response.status_code, HEADER in response.headers
    if status in (200, 201) and is_ours:
        return None
    if not is_ours and _is_portal(response):
        return Failure(FailureKind.PORTAL)
    retry_after_s = _seconds(response.headers.get("Retry-After", ""))
    if status >= 500 and (status != 500 or not is_ours):
        # A proxy reports that the server is down, or the server that it is busy or full: the batch is not the
        # cause.
        code = _problem(response)[0] if is_ours else ErrorCode.BUSY
        if code in _TEMPORARY:
            return Failure(_TEMPORARY[code], code, retry_after_s)
        return Failure(FailureKind.BUSY, ErrorCode.BUSY, retry_after_s)
    if not is_ours:
        return Failure(FailureKind.NOT_OUR_SERVER)
    code, details = _problem(response)
    is_refused = status == 400 and code in _READ_AND_REFUSED
    kind = FailureKind.REFUSED if is_refused else _KINDS.get(status, FailureKind.UNEXPECTED)
    return Failure(kind, code, retry_after_s, details.get("change_id"), details.get("problem"))


def _is_portal(response: requests.Response) -> bool:
    """Return whether the network shows a portal page instead of forwarding the request."""
    status, kind = response.status_code, response.headers.get("Content-Type", "").split(";")[0]
    is_page = status == 200 and kind == "text/html"
    return is_page or 300 <= status < 400 or status == _NETWORK_AUTHENTICATION_REQUIRED


def _problem(response: requests.Response) -> tuple[ErrorCode | None, dict[str, str]]:
    try:
        value = response.json()
        return ErrorCode(value.get("code")), {
            key: text for key, text in value.items() if isinstance(text, str)
        }
    except (requests.RequestException, HTTPError, ValueError, AttributeError):
        return None, {}


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None


def _app_error(failure: Failure) -> AppError:
    if failure.kind in (FailureKind.NOT_OUR_SERVER, FailureKind.PORTAL):
        return AppError(ErrorCode.NOT_OUR_SERVER)
    if failure.kind is FailureKind.CERTIFICATE:
        return AppError(ErrorCode.CERTIFICATE_UNKNOWN)
    if failure.code is not None:
        return AppError(failure.code, retry_after_s=failure.retry_after_s)
    return AppError(_SAID_OF.get(failure.kind, ErrorCode.NO_NETWORK))
