"""The private authority: pinned by tablets, trusted by nobody else."""

from __future__ import annotations

import base64
import hashlib
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from field178_server.security import certificates
from field178_server.settings import Settings
from field178_shared.crypto.pinning import pins_of

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def chain(folder: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((folder / certificates.CERTIFICATE).read_bytes())


def test_the_certificate_is_for_the_host_and_for_this_machine(tmp_path: Path) -> None:
    certificates.create(tmp_path, "so178.huyen.example", NOW)
    names = chain(tmp_path)[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["so178.huyen.example", "localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_an_address_is_named_as_an_address(tmp_path: Path) -> None:
    certificates.create(tmp_path, "192.168.1.8", NOW)
    names = chain(tmp_path)[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == [
        "192.168.1.8",
        "127.0.0.1",
    ]


def test_the_server_shows_its_certificate_and_the_authority_that_signed_it(tmp_path: Path) -> None:
    certificates.create(tmp_path, "so178.example", NOW)
    server, authority = chain(tmp_path)
    server.verify_directly_issued_by(authority)
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not server.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = server.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_the_pin_is_the_sha256_of_the_authoritys_public_key(tmp_path: Path) -> None:
    certificates.create(tmp_path, "so178.example", NOW)
    spki = (
        chain(tmp_path)[1]
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    expected = base64.urlsafe_b64encode(hashlib.sha256(spki).digest()).rstrip(b"=").decode()
    assert pins_of(chain(tmp_path)) == (expected,)
    assert pins_of(chain(tmp_path)[1:]) == (expected,)


def test_certificate_is_valid_from_a_week_ago_for_the_time_that_browsers_allow(tmp_path: Path) -> None:
    certificates.create(tmp_path, "so178.example", NOW)
    server = chain(tmp_path)[0]
    assert server.not_valid_before_utc == NOW - timedelta(days=7)
    assert certificates.valid_until(tmp_path / certificates.CERTIFICATE) == NOW + timedelta(days=825)


@pytest.mark.parametrize("name", [certificates.KEY, certificates.CA_KEY])
def test_keys_are_readable_by_their_owner_alone(tmp_path: Path, name: str) -> None:
    certificates.create(tmp_path, "so178.example", NOW)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_setting_up_again_changes_nothing(tmp_path: Path) -> None:
    certificates.create(tmp_path, "so178.example", NOW)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    certificates.create(tmp_path, "so178.example", NOW)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_another_name_gets_a_certificate_of_the_same_authority(tmp_path: Path) -> None:
    certificates.create(tmp_path, "192.168.1.8", NOW)
    before = chain(tmp_path)
    certificates.create(tmp_path, "so178.huyen.example", NOW)
    after = chain(tmp_path)
    names = after[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["so178.huyen.example", "localhost"]
    # Tablets that were enrolled at the earlier address still come there.
    assert "192.168.1.8" in map(str, names.get_values_for_type(x509.IPAddress))
    assert after[1] == before[1]
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
        tmp_path / certificates.CERTIFICATE, tmp_path / certificates.KEY
    )


def test_openssl_takes_certificate_and_key_together(tmp_path: Path) -> None:
    certificates.create(tmp_path, "so178.example", NOW)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / certificates.CERTIFICATE, tmp_path / certificates.KEY)


def test_an_own_chain_takes_the_place_of_the_made_one(tmp_path: Path) -> None:
    own = (tmp_path / "own.crt", tmp_path / "own.key")
    made = Settings(data_dir=tmp_path)
    given = Settings(data_dir=tmp_path, tls_certificate=own[0], tls_key=own[1])
    assert certificates.certificate_of(given) == own
    assert certificates.certificate_of(made) == (tmp_path / "tls/server.crt", tmp_path / "tls/server.key")
