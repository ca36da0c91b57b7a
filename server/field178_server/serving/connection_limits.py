"""Limits on connections: total number, number per address, minimum speed of a request."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from field178_server.security.client_network import network_of

# Time limit from the first byte (TLS: from the connection's start) to the end of the head.
HEAD_S = 15
# Time limit of a request from the first byte to the last, plus a second per MIN_BYTES_S received bytes.
REQUEST_S = 60
# The rate of the slowest connection in a district (GPRS); also for reading responses.
MIN_BYTES_S = 1024
# Time limit without a byte in either direction.
IDLE_S = 30
MAX_CONNECTIONS = 1000
# Handles for files, database connections and listening sockets of the process.
_OWN_HANDLES = 200


def connections_allowed(handles_each: int) -> int:
    """Return the maximal number of concurrent connections, given the handles per connection."""
    if sys.platform == "win32":
        return MAX_CONNECTIONS // 10
    import resource  # not on Windows

    handles, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if handles == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(1, min(MAX_CONNECTIONS, (handles - _OWN_HANDLES) // handles_each))


@dataclass(frozen=True, slots=True, eq=False)
class ConnectionPlace:
    """An open connection; `close` aborts it."""

    network: str
    close: Callable[[], None]


class ConnectionCount:
    """Counter of open connections, total and per address; used by one thread.

    At a limit the oldest connection without a complete head is closed for a new one, so that slow senders do
    not lock out others with the same address.
    """

    def __init__(self, total: int, per_address: int) -> None:
        self._total, self._per_address = total, per_address
        self._open: set[ConnectionPlace] = set()
        self._by_network: Counter[str] = Counter()
        # In order of arrival.
        self._without_head: dict[ConnectionPlace, None] = {}

    def enter(self, address: str, close: Callable[[], None]) -> ConnectionPlace | None:
        """Count a connection of an address; return None, without counting, if a limit is reached."""
        network = network_of(address)
        if 0 < self._per_address <= self._by_network[network] and not self._make_room(network):
            return None
        if len(self._open) >= self._total and not self._make_room(self._slowest()):
            return None
        place = ConnectionPlace(network, close)
        self._open.add(place)
        self._by_network[network] += 1
        self._without_head[place] = None
        return place

    def head_came(self, place: ConnectionPlace) -> None:
        """Mark the first head of a connection as complete: it is not closed for new connections any more."""
        self._without_head.pop(place, None)

    def leave(self, place: ConnectionPlace) -> None:
        """Remove a connection from the counts; do nothing if it was removed before."""
        if place not in self._open:
            return
        self._open.remove(place)
        self._without_head.pop(place, None)
        self._by_network[place.network] -= 1
        if not self._by_network[place.network]:
            del self._by_network[place.network]

    def _make_room(self, network: str | None) -> bool:
        """Close the oldest connection of a network without a complete head; return whether there was one."""
        oldest = next((place for place in self._without_head if place.network == network), None)
        if oldest is None:
            return False
        self.leave(oldest)
        oldest.close()
        return True

    def _slowest(self) -> str | None:
        """Return the network with the most connections without a complete head, or None."""
        counts = Counter(place.network for place in self._without_head)
        return max(counts, key=counts.__getitem__, default=None)
