"""Notice to the service manager that the server accepts connections (sd_notify(3))."""

from __future__ import annotations

import os
import socket


def notify_ready() -> None:
    """Send the message READY=1 to the socket of NOTIFY_SOCKET, if a service manager waits there."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(b"READY=1", address)
