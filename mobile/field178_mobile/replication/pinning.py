"""Trust in the server whose public keys the enrolment code named, whatever the system trusts."""

from __future__ import annotations

import socket

from field178_shared.crypto.pinning import context_trusting_nobody, pinned_pem, presented_chain

CONNECT_TIMEOUT_S = 10.0


def pinned_certificates(host: str, port: int, pins: str) -> str:
    """Return the PEM of the certificates in the server's chain that have one of the pins, "" when none has.

    `pins` has blanks between. Nothing is believed yet: this only finds the certificates by their public
    keys. The connection that carries data is made afterwards and verified against them. Raises OSError when
    the server cannot be reached.
    """
    with (
        socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S) as plain,
        context_trusting_nobody().wrap_socket(plain, server_hostname=host) as secured,
    ):
        return pinned_pem(presented_chain(secured), pins.split())
