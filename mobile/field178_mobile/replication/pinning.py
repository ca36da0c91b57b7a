"""Trust only the authority that the enrolment code named, whatever the system trusts."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
from collections.abc import Iterable
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CONNECT_TIMEOUT_S = 10.0


class _Certificate(Protocol):
    def public_bytes(self, encoding: int) -> str | bytes: ...


class _ShowsChain(Protocol):
    def get_unverified_chain(self) -> Iterable[_Certificate | bytes]: ...


def pin_of(certificate: x509.Certificate) -> str:
    """Return the pin of a certificate: SHA-256 of its public key (SPKI), base64url without padding."""
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.urlsafe_b64encode(hashlib.sha256(spki).digest()).rstrip(b"=").decode("ascii")


def pinned_authority(host: str, port: int, pin: str) -> str | None:
    """Return the PEM of the certificate in the server's chain that has the pin, None when none has.

    Nothing is believed yet: this only finds the authority by its fingerprint. The connection that carries
    data is made afterwards and verified against it. Raises OSError when the server cannot be reached.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        chain = _chain_of(secured)
    found = (x509.load_der_x509_certificate(der) for der in chain)
    pinned = next((certificate for certificate in found if pin_of(certificate) == pin), None)
    return None if pinned is None else pinned.public_bytes(Encoding.PEM).decode("ascii")


def context_for(authority_pem: str) -> ssl.SSLContext:
    """Return a TLS 1.2+ context that trusts this authority alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=authority_pem)
    return context


def _chain_of(secured: ssl.SSLSocket) -> list[bytes]:
    # Public from Python 3.13 on; before, the method is there on the inner object.
    shows: _ShowsChain = secured if hasattr(secured, "get_unverified_chain") else secured._sslobj  # type: ignore[attr-defined]
    return [_der(certificate) for certificate in shows.get_unverified_chain()]


def _der(certificate: _Certificate | bytes) -> bytes:
    if isinstance(certificate, bytes):
        return certificate
    encoded = certificate.public_bytes(2)
    return encoded if isinstance(encoded, bytes) else encoded.encode()
