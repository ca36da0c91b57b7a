"""Pins of TLS certificates: trust in a chain by its public keys, on the tablet and in the server's check."""

from __future__ import annotations

import base64
import hashlib
import ssl
from collections.abc import Iterable, Sequence
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class _Certificate(Protocol):
    def public_bytes(self, encoding: int) -> str | bytes: ...


class _ShowsChain(Protocol):
    def get_unverified_chain(self) -> Iterable[_Certificate | bytes]: ...


def pin_of(certificate: x509.Certificate) -> str:
    """Return the pin of a certificate: SHA-256 of its public key (SPKI), base64url without padding."""
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.urlsafe_b64encode(hashlib.sha256(spki).digest()).rstrip(b"=").decode("ascii")


def pins_of(chain: Sequence[x509.Certificate]) -> tuple[str, ...]:
    """Return the pins for tablets that enrol with this server (docs/sync-protocol.md R10.12).

    If the chain ends with a self-signed authority, return the pin of that authority. The chain of a public
    authority ends before its root: return the pins of the server's key and of its issuer, so that the next
    certificate is trusted if either stays the same.
    """
    last = chain[-1]
    if last.subject == last.issuer:
        return (pin_of(last),)
    return tuple(pin_of(certificate) for certificate in chain[:2])


def pinned_pem(chain: Iterable[x509.Certificate], pins: Iterable[str]) -> str:
    """Return the certificates of a chain that match a pin, as PEM; "" if none matches."""
    accepted = frozenset(pins)
    pinned = (certificate for certificate in chain if pin_of(certificate) in accepted)
    return "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in pinned)


def context_trusting(pem: str) -> ssl.SSLContext:
    """Return a TLS 1.2+ context for a client that trusts only these certificates.

    They need not be self-signed: a public authority's intermediate, or the server's own certificate, ends the
    verification. Names and dates are verified too.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=pem)
    return context


def context_trusting_nobody() -> ssl.SSLContext:
    """Return a context that verifies nothing: it MUST only be used to read which chain a server presents."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def presented_chain(secured: ssl.SSLSocket) -> list[x509.Certificate]:
    """Return the unverified chain presented by a server, its own certificate first."""
    # Public from Python 3.13 on; before, the method is there on the inner object.
    shows: _ShowsChain = secured if hasattr(secured, "get_unverified_chain") else secured._sslobj  # type: ignore[attr-defined]
    return [x509.load_der_x509_certificate(_der(certificate)) for certificate in shows.get_unverified_chain()]


def _der(certificate: _Certificate | bytes) -> bytes:
    if isinstance(certificate, bytes):
        return certificate
    encoded = certificate.public_bytes(2)
    return encoded if isinstance(encoded, bytes) else encoded.encode()
