"""The transport port of the runner: HTTP in the product, fakes in tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from field178_mobile.replication.events import Failure
from field178_shared.device_orders import SignedOrder


class TransportFailure(Exception):
    """A request that ended otherwise than with an answer."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.kind.value)
        self.failure = failure


class Transport(Protocol):
    """A line to the server. Every method raises TransportFailure."""

    def open_session(self) -> SignedOrder | None:
        """Open a device session; return the order of the office that came with it."""
        ...

    def exchange(self, body: bytes) -> Iterator[bytes]:
        """Post a request and yield the lines of its answer as they arrive; a cut answer just ends."""
        ...

    def post_ahead(self, body: bytes) -> None:
        """Post a request in the background; `exchange` of the same bytes yields its answer. Never raises."""
        ...

    def close(self) -> None:
        """Abort the running request."""
        ...
