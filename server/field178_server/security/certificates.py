"""The server's own certificate authority: created at installation, pinned by tablets through the QR code."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from field178_server.security.private_files import make_private_folder, write_private
from field178_server.settings import Settings
from field178_shared.crypto.pinning import pins_of

CA_CERTIFICATE = "ca.crt"
CA_KEY = "ca.key"
CERTIFICATE = "server.crt"
KEY = "server.key"
CA_LIFE = timedelta(days=3650)
CERTIFICATE_LIFE = timedelta(days=825)
# Tablets whose clock is up to a week behind accept a new certificate.
_BACKDATED = timedelta(days=7)
_LOCAL_NAMES = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class Issuer:
    """A certificate authority with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def create(folder: Path, host: str, now: datetime) -> None:
    """Create the certificate authority and a certificate for the host, where there is none."""
    make_private_folder(folder)
    if not (folder / CA_CERTIFICATE).exists():
        _create_authority(folder, now)
    names = [_general_name(name) for name in (host, *_LOCAL_NAMES)]
    former = _names_in(folder / CERTIFICATE)
    if names[0] not in former:
        # Tablets enrolled at an earlier name still come there.
        _issue(folder, host, list(dict.fromkeys((*names, *former))), now)


def renew_authority(folder: Path, host: str, now: datetime) -> None:
    """Create another certificate authority and a certificate; former files go into a folder of their own."""
    former = folder / now.strftime("former-%Y%m%d-%H%M%S")
    make_private_folder(former)
    for name in (CERTIFICATE, KEY, CA_CERTIFICATE, CA_KEY):
        (folder / name).rename(former / name)
    create(folder, host, now)


def _names_in(certificate_file: Path) -> list[x509.GeneralName]:
    """Return the names that a certificate is for; none if the file is missing."""
    if not certificate_file.exists():
        return []
    names = chain_in(certificate_file)[0].extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return list(names.value)


def _issue(folder: Path, host: str, names: list[x509.GeneralName], now: datetime) -> None:
    """Issue a certificate of the key that is there for these names; the authority and its pin stay."""
    issuer, key = _load_authority(folder), _server_key(folder)
    builder = _builder(host, issuer.certificate.subject, key, now, CERTIFICATE_LIFE)
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
    )
    certificate = builder.sign(issuer.key, hashes.SHA256())
    # The chain includes the authority's certificate, so that a tablet can find its pin in it.
    chain = [certificate, issuer.certificate]
    fresh = folder / f"{CERTIFICATE}.new"
    fresh.write_bytes(b"".join(_certificate_pem(link) for link in chain))
    fresh.replace(folder / CERTIFICATE)


def _server_key(folder: Path) -> ec.EllipticCurvePrivateKey:
    """Return the server's key; it is created if it is missing."""
    if not (folder / KEY).exists():
        key = ec.generate_private_key(ec.SECP256R1())
        write_private(folder / KEY, _key_pem(key))
        return key
    return _private_key(folder / KEY)


def chain_in(certificate_file: Path) -> list[x509.Certificate]:
    """Return the certificates of a PEM file, the server's certificate first; raise OSError or ValueError."""
    return x509.load_pem_x509_certificates(certificate_file.read_bytes())


def certificate_of(settings: Settings) -> tuple[Path, Path]:
    """Return the files of certificate chain and key: of the settings, else of the own authority."""
    if settings.tls_certificate is not None and settings.tls_key is not None:
        return settings.tls_certificate, settings.tls_key
    return settings.tls_dir / CERTIFICATE, settings.tls_dir / KEY


def shown_chain_file(settings: Settings) -> Path | None:
    """Return the file of the chain that clients see; None: plain http, or a proxy's unknown chain.

    Behind a proxy it is FIELD178_TLS_CERTIFICATE, a copy of the proxy's chain.
    """
    if not settings.is_https:
        return None
    return settings.tls_certificate if settings.trusted_proxies else certificate_of(settings)[0]


def pins_for(settings: Settings) -> tuple[str, ...]:
    """Return the pins for enrolment codes; none: tablets use public authorities, or plain http."""
    file = shown_chain_file(settings)
    return pins_of(chain_in(file)) if file is not None and file.exists() else ()


def valid_until(certificate_file: Path) -> datetime:
    """Return the expiry of the server's certificate."""
    return chain_in(certificate_file)[0].not_valid_after_utc


def _create_authority(folder: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = "So hien truong 178 CA"
    builder = _builder(name, _name(name), key, now, CA_LIFE)
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    write_private(folder / CA_KEY, _key_pem(key))
    (folder / CA_CERTIFICATE).write_bytes(_certificate_pem(certificate))


def _load_authority(folder: Path) -> Issuer:
    certificate = x509.load_pem_x509_certificate((folder / CA_CERTIFICATE).read_bytes())
    return Issuer(certificate, _private_key(folder / CA_KEY))


def _private_key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate_pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
