"""Certificate pinning: trust in the public keys of the enrolment code, not in the system's authorities."""

from __future__ import annotations

import socket

from field178_shared.crypto.pinning import context_trusting_nobody, pinned_pem, presented_chain

CONNECT_TIMEOUT_S = 10.0


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
