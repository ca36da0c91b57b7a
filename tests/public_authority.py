"""Certificates as a public authority hands them out: the root stays away, leaf and intermediate are shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from field178_shared.time.clock import SystemClock


@dataclass(frozen=True)
class Authority:
    """A certificate that signs, and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class PublicChain:
    """A server's files: fullchain.pem and privkey.pem, and the root that a system would trust."""

    folder: Path
    host: str
    key: ec.EllipticCurvePrivateKey
    issuer: Authority
    root: Authority

    @property
    def files(self) -> tuple[Path, Path]:
        return self.folder / "fullchain.pem", self.folder / "privkey.pem"

    def renewed(self, *, reuses_key: bool, issuer: Authority | None = None) -> PublicChain:
        """Write the next certificate, as a renewal does."""
        key = self.key if reuses_key else ec.generate_private_key(ec.SECP256R1())
        return replace(self, key=key, issuer=issuer or self.issuer).written()

    def written(self) -> PublicChain:
        chain = [_certificate(self.host, self.key, self.issuer, None), self.issuer.certificate]
        pem = b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in chain)
        self.files[0].write_bytes(pem)
        private = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.files[1].write_bytes(private)
        self.files[1].chmod(0o600)
        return self


def public_chain(folder: Path, host: str) -> PublicChain:
    """Make root, intermediate and a certificate for a host; write what the authority hands out."""
    folder.mkdir(parents=True, exist_ok=True)
    root = authority("Public root")
    issuer = authority("Public intermediate", root)
    return PublicChain(folder, host, ec.generate_private_key(ec.SECP256R1()), issuer, root).written()


def authority(name: str, issuer: Authority | None = None) -> Authority:
    """Create a certificate authority: self-signed, or certified by another."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Authority(_certificate(name, key, issuer, 1 if issuer is None else 0), key)


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: Authority | None, path_length: int | None
) -> x509.Certificate:
    """Sign a certificate for 60 days; `path_length` None: for a server."""
    subject, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), SystemClock().now()
    signer = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=60))
        .add_extension(x509.BasicConstraints(path_length is not None, path_length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if path_length is None:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name), x509.DNSName("localhost")]), critical=False
        )
    return builder.sign(signer, hashes.SHA256())
