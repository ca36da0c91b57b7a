"""Check of the served certificate as a tablet does it, by the pins of the enrolment code."""

from __future__ import annotations

import socket
import ssl
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from field178_server.security.certificates import certificate_of, chain_in, pins_for, shown_chain_file
from field178_server.settings import Settings
from field178_shared.crypto.pinning import (
    context_trusting,
    context_trusting_nobody,
    pin_of,
    pinned_pem,
    presented_chain,
)

_TIMEOUT_S = 3.0
_HTTPS_PORT = 443


class AddressResult(StrEnum):
    """Result of a connection to the public address."""

    TRUSTED = "trusted"
    # Another chain than the pins: a proxy in front, or a server that was not restarted.
    OTHER = "other"
    REFUSED = "refused"
    # Common: many networks do not route a machine to its own public address.
    UNREACHABLE = "unreachable"


def fault_of_files(settings: Settings) -> str:
    """Return why a tablet would refuse the certificate and key of the settings, or "".

    The handshake runs in memory, so that the server need not be running. Behind a proxy, which has the key,
    nothing is checked.
    """
    chain_file, key_file = certificate_of(settings)
    if not settings.is_https or settings.trusted_proxies:
        return ""
    try:
        _shake_hands(chain_file, key_file, pins_for(settings), host_of(settings))
    except (OSError, ValueError) as error:
        return _reason(error)
    return ""


def check_address(settings: Settings) -> tuple[AddressResult, str]:
    """Return the result of a connection to FIELD178_URL and the reason of a refusal; waits at most 6 s."""
    parts = urlsplit(settings.url)
    host, port = parts.hostname or "localhost", parts.port or _HTTPS_PORT
    pins = pins_for(settings)
    try:
        if pins and not (pem := _pinned_at(host, port, pins)):
            return AddressResult.OTHER, ""
        context = context_trusting(pem) if pins else ssl.create_default_context()
        with _connected(host, port, context):
            return AddressResult.TRUSTED, ""
    except ssl.SSLCertVerificationError as error:
        return AddressResult.REFUSED, _reason(error)
    except OSError:
        return AddressResult.UNREACHABLE, ""


def trusts(settings: Settings, pins: str) -> bool:
    """Return whether a tablet with these pins (space-separated) trusts the current certificate chain."""
    file = shown_chain_file(settings)
    if file is None or not file.exists():
        return True
    return bool(set(pins.split()) & {pin_of(certificate) for certificate in chain_in(file)})


def host_of(settings: Settings) -> str:
    """Return the host of the public URL."""
    return urlsplit(settings.url).hostname or "localhost"


def _pinned_at(host: str, port: int, pins: tuple[str, ...]) -> str:
    with _connected(host, port, context_trusting_nobody()) as secured:
        return pinned_pem(presented_chain(secured), pins)


def _connected(host: str, port: int, context: ssl.SSLContext) -> ssl.SSLSocket:
    plain = socket.create_connection((host, port), timeout=_TIMEOUT_S)
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


def _shake_hands(chain_file: Path, key_file: Path, pins: tuple[str, ...], host: str) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(chain_file, key_file)
    calling = context_trusting(pinned_pem(chain_in(chain_file), pins))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        calling.wrap_bio(to_client, to_server, server_hostname=host),
        serving.wrap_bio(to_server, to_client, server_side=True),
    )
    pending = list(ends)
    while pending:
        for end in tuple(pending):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            pending.remove(end)


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message).rstrip(".")
    return str(error.strerror) if isinstance(error, OSError) and error.strerror else str(error)
