"""Uploads over HTTP: tus 1.0.0 on the session of the exchange. Import it late."""

from __future__ import annotations

import io
from base64 import b64encode
from contextlib import suppress
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from field178_mobile.replication.events import Failure, FailureKind
from field178_mobile.replication.port import TransportFailure
from field178_mobile.replication.transport import HttpTransport, failure_of
from field178_mobile.replication.uploads.events import (
    AskStored,
    Create,
    Locate,
    RenewSession,
    Request,
    SendChunk,
    UploadAnswer,
)
from field178_shared.wire.protocol import HEADER

UPLOADS = "/api/v1/uploads"
BLOBS = "/api/v1/blobs"
BACKED_UP = "F178-Backed-Up"
LARGEST_DRAIN = 64 << 10
_TUS = {"Tus-Resumable": "1.0.0"}
_OCTETS = "application/offset+octet-stream"


class HttpUploadLine:
    """tus over the tablet's connection."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport

    def perform(self, request: Request) -> UploadAnswer:
        """Return the server's answer; an answer without our protocol header is a failure."""
        if isinstance(request, RenewSession):
            self._transport.open_session()
            return UploadAnswer(200)
        with self._ask(request) as response:
            answer = self._answer(response)
            # Read the empty body to its end, so that the connection is reused for the next chunk.
            with suppress(requests.RequestException, HTTPError):
                response.raw.read(LARGEST_DRAIN)
            return answer

    def _ask(self, request: Create | Locate | SendChunk | AskStored) -> requests.Response:
        headers = {**self._transport.bearer(), **_TUS}
        if isinstance(request, AskStored):
            return self._transport.request("HEAD", f"{BLOBS}/{request.sha256}", None, headers)
        if isinstance(request, Locate):
            return self._transport.request("HEAD", request.location, None, headers)
        if isinstance(request, Create):
            headers |= {"Upload-Length": str(request.size_bytes), "Upload-Metadata": _metadata(request)}
            return self._transport.request("POST", UPLOADS, b"", headers)
        # Without a checksum per chunk: the server keeps received bytes and verifies the whole file.
        headers |= {"Content-Type": _OCTETS, "Upload-Offset": str(request.offset)}
        # As a file: the time limit then applies to each part and not to the whole chunk.
        return self._transport.request("PATCH", request.location, io.BytesIO(request.data), headers)

    def _answer(self, response: requests.Response) -> UploadAnswer:
        failure = failure_of(response)
        if HEADER not in response.headers:
            raise TransportFailure(failure or Failure(FailureKind.NOT_OUR_SERVER))
        return UploadAnswer(
            status=response.status_code,
            code=failure.code if failure else None,
            offset=_number(response.headers.get("Upload-Offset", "")),
            location=self._own_path(response.headers.get("Location")),
            is_backed_up=response.headers.get(BACKED_UP) == "1",
            retry_after_s=failure.retry_after_s if failure else None,
            problem=failure.problem if failure else None,
        )

    def _own_path(self, location: str | None) -> str | None:
        # Only the path is used: bytes and session always go to the trusted server.
        prefix = urlsplit(self._transport.url).path
        path = urlsplit(location or "").path
        own = path.removeprefix(prefix)
        is_ours = path.startswith(prefix) and own.startswith(f"{UPLOADS}/")
        return own if is_ours else None


def _metadata(request: Create) -> str:
    named = {
        "sha256": request.sha256,
        "content_type": request.content_type,
        "record_id": request.record_id,
    }
    return ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in named.items())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
