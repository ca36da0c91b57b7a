"""What the upload runner needs of a line to the server."""

from __future__ import annotations

from typing import Protocol

from field178_mobile.replication.uploads.events import Request, UploadAnswer


class UploadLine(Protocol):
    """Performs one request. Raises TransportFailure when no answer of our server came."""

    def perform(self, request: Request) -> UploadAnswer:
        """Return the server's answer, whatever its status."""
        ...
