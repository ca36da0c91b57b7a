"""Limits on connections: total number, number of one address, minimum speed of a request."""

from __future__ import annotations

import sys
from collections import Counter

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


class ConnectionCount:
    """Counts the open connections, in all and of each address; used by one thread."""

    def __init__(self, total: int, per_address: int) -> None:
        self._total, self._per_address = total, per_address
        self._open: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Count a connection of this address; False, and not counted, where a limit is reached."""
        network = network_of(address)
        is_crowded = 0 < self._per_address <= self._open[network]
        if is_crowded or self._open.total() >= self._total:
            return False
        self._open[network] += 1
        return True

    def leave(self, address: str) -> None:
        """Count a connection no more."""
        network = network_of(address)
        self._open[network] -= 1
        if not self._open[network]:
            del self._open[network]
