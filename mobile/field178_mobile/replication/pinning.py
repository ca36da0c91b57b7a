"""Certificate pinning: trust in the public keys of the enrolment code, not in the system's authorities."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from http.client import HTTPException, HTTPSConnection

from field178_shared.crypto.key_chain import KeyAnnouncement, announcements_of
from field178_shared.crypto.pinning import context_trusting_nobody, pinned_pem, presented_chain

CONNECT_TIMEOUT_S = 10.0
_MOST_BYTES = 1 << 20


def announced_keys(host: str, port: int) -> tuple[KeyAnnouncement, ...]:
    """Return what a server with an unknown certificate announces; nothing if it does not answer.

    The connection is not trusted and carries nothing of the tablet: each announcement is signed by the key
    before it.
    """
    connection = HTTPSConnection(host, port, timeout=CONNECT_TIMEOUT_S, context=context_trusting_nobody())
    try:
        with closing(connection):
            connection.request("GET", "/api/v1/keys")
            value = json.loads(connection.getresponse().read(_MOST_BYTES))
    except (OSError, HTTPException, ValueError):
        return ()
    return announcements_of(value.get("keys")) if isinstance(value, dict) else ()


def pinned_certificates(host: str, port: int, pins: str) -> str:
    """Return the certificates of the server's chain that match a pin, as PEM; "" if none matches.

    `pins` are separated by blanks. This connection is not trusted: it only finds certificates by their public
    keys. The connection for data is opened later and verified against them. Raises OSError if the server is
    unreachable.
    """
    with (
        socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S) as plain,
        context_trusting_nobody().wrap_socket(plain, server_hostname=host) as secured,
    ):
        return pinned_pem(presented_chain(secured), pins.split())
