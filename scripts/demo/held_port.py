"""Port of the demo while its server is stopped: no other program gets it, and callers meet a closed line."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Thread

LOOPBACK = "127.0.0.1"
USUAL_PORT = 8178


class HeldPort:
    """Listening socket that closes every connection at once, like a server that is down.

    Otherwise a foreign server on this port could answer the tablet instead of the demo's server.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.create_server((LOOPBACK, port))
        self._thread = Thread(target=self._refuse, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port number, also if 0 was requested."""
        number: int = self._socket.getsockname()[1]
        return number

    def release(self) -> None:
        """Free the port for the demo's server."""
        # Wakes the thread: closing alone would leave it in accept().
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _refuse(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self._socket.accept()
                connection.close()


def held_port(port: int | None = None) -> HeldPort:
    """Hold a port; None: the usual port or, if that is in use, any free port. Raises OSError."""
    if port is not None:
        return HeldPort(port)
    try:
        return HeldPort(USUAL_PORT)
    except OSError:
        return HeldPort(0)
