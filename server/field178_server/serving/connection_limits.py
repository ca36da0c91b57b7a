"""Limits on connections: total number, number of one address, minimum speed of a request."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from field178_server.security.client_network import network_of

# From the first byte, or from the connection's begin where TLS is, to the end of the head.
HEAD_S = 15
# From the first byte to the last: so many seconds, and one more for each MIN_BYTES_S bytes that came.
REQUEST_S = 60
# The rate of a district's slowest line (GPRS); answers are read at this rate, too.
MIN_BYTES_S = 1024
# Without a byte in either direction.
IDLE_S = 30
MAX_CONNECTIONS = 1000
# Files, store connections and listening sockets of the process itself.
_OWN_HANDLES = 200


def connections_allowed(handles_each: int) -> int:
    """Return how many connections the process can hold at once, given the handles that one takes."""
    if sys.platform == "win32":
        return MAX_CONNECTIONS // 10
    import resource  # not on Windows

    handles, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if handles == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(1, min(MAX_CONNECTIONS, (handles - _OWN_HANDLES) // handles_each))


@dataclass(frozen=True, slots=True, eq=False)
class ConnectionPlace:
    """One open connection; `close` ends it at once."""

    network: str
    close: Callable[[], None]


class ConnectionCount:
    """Counts the open connections, in all and of each address; used by one thread.

    A connection without its first head gives way to a new one, the oldest first: slow senders shut out nobody
    who shares their address.
    """

    def __init__(self, total: int, per_address: int) -> None:
        self._total, self._per_address = total, per_address
        self._open: set[ConnectionPlace] = set()
        self._by_network: Counter[str] = Counter()
        # In the order they came.
        self._without_head: dict[ConnectionPlace, None] = {}

    def enter(self, address: str, close: Callable[[], None]) -> ConnectionPlace | None:
        """Count a connection of this address; None, and not counted, where a limit is reached."""
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
        """Note that the first head of a connection is complete: it gives way to none."""
        self._without_head.pop(place, None)

    def leave(self, place: ConnectionPlace) -> None:
        """Count a connection no more; one that gave way is counted no more already."""
        if place not in self._open:
            return
        self._open.remove(place)
        self._without_head.pop(place, None)
        self._by_network[place.network] -= 1
        if not self._by_network[place.network]:
            del self._by_network[place.network]

    def _make_room(self, network: str | None) -> bool:
        """Close the oldest connection of a network that has no head yet; tell whether there was one."""
        oldest = next((place for place in self._without_head if place.network == network), None)
        if oldest is None:
            return False
        self.leave(oldest)
        oldest.close()
        return True

    def _slowest(self) -> str | None:
        """Return the network of most connections without a head."""
        counts = Counter(place.network for place in self._without_head)
        return max(counts, key=counts.__getitem__, default=None)
