"""What a tablet meets: certificate files, the public address, pins of earlier enrolments."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from tests.public_authority import PublicChain, authority, public_chain

from field178_server.security.certificate_check import AddressResult, check_address, fault_of_files, trusts
from field178_server.security.certificates import create, pins_for
from field178_server.settings import SettingError, Settings
from field178_shared.time.clock import SystemClock

HOST = "so178.example"


@contextmanager
def shown(chain: PublicChain) -> Iterator[int]:
    """Show a chain on a port of this machine, for as many handshakes as come."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*chain.files)

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            plain.settimeout(10)
            try:
                context.wrap_socket(plain, server_side=True).close()
            except OSError:
                plain.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.fixture
def chain(tmp_path: Path) -> PublicChain:
    return public_chain(tmp_path / "letsencrypt", HOST)


def settings_of(chain: PublicChain, folder: Path, url: str = f"https://{HOST}") -> Settings:
    return Settings(data_dir=folder, url=url, tls_certificate=chain.files[0], tls_key=chain.files[1])


def test_chain_of_a_public_authority_is_trusted_with_two_pins(chain: PublicChain, tmp_path: Path) -> None:
    settings = settings_of(chain, tmp_path)
    assert len(pins_for(settings)) == 2
    assert fault_of_files(settings) == ""


def test_own_authority_is_trusted_with_one_pin(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, url=f"https://{HOST}")
    create(settings.tls_dir, HOST, SystemClock().now())
    assert len(pins_for(settings)) == 1
    assert fault_of_files(settings) == ""


def test_certificate_for_another_name_is_a_fault(chain: PublicChain, tmp_path: Path) -> None:
    assert "mismatch" in fault_of_files(settings_of(chain, tmp_path, "https://other.example"))


def test_key_of_another_certificate_is_a_fault(chain: PublicChain, tmp_path: Path) -> None:
    other = public_chain(tmp_path / "other", HOST)
    settings = replace(settings_of(chain, tmp_path), tls_key=other.files[1])
    assert fault_of_files(settings) != ""


def test_address_that_shows_the_pinned_chain_is_trusted(chain: PublicChain, tmp_path: Path) -> None:
    with shown(chain) as port:
        seen = check_address(settings_of(chain, tmp_path, f"https://localhost:{port}"))
    assert seen == (AddressResult.TRUSTED, "")


def test_address_with_the_chain_of_a_proxy_is_reported(chain: PublicChain, tmp_path: Path) -> None:
    with shown(public_chain(tmp_path / "proxy", HOST)) as port:
        seen = check_address(settings_of(chain, tmp_path, f"https://localhost:{port}"))
    assert seen == (AddressResult.OTHER, "")


def test_proxy_without_a_named_chain_is_verified_by_public_authorities(
    chain: PublicChain, tmp_path: Path
) -> None:
    with shown(chain) as port:
        settings = Settings(data_dir=tmp_path, url=f"https://localhost:{port}", trusted_proxies=1)
        seen, reason = check_address(settings)
    assert pins_for(settings) == ()
    assert (seen, "issuer" in reason) == (AddressResult.REFUSED, True)


def test_proxy_whose_chain_is_named_is_trusted_by_its_pins(chain: PublicChain, tmp_path: Path) -> None:
    with shown(chain) as port:
        settings = Settings(
            data_dir=tmp_path,
            url=f"https://localhost:{port}",
            trusted_proxies=1,
            tls_certificate=chain.files[0],
        )
        assert check_address(settings) == (AddressResult.TRUSTED, "")


def test_unreachable_address_is_no_fault(chain: PublicChain, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert check_address(settings_of(chain, tmp_path, f"https://localhost:{port}")) == (
        AddressResult.UNREACHABLE,
        "",
    )


@pytest.mark.parametrize(
    ("reuses_key", "has_other_issuer", "is_trusted"),
    [(True, False, True), (True, True, True), (False, False, True), (False, True, False)],
)
def test_renewed_certificate_is_trusted_while_key_or_issuer_stays(
    chain: PublicChain, tmp_path: Path, reuses_key: bool, has_other_issuer: bool, is_trusted: bool
) -> None:
    settings = settings_of(chain, tmp_path)
    enrolled_with = " ".join(pins_for(settings))
    issuer = authority("Another intermediate", chain.root) if has_other_issuer else None
    chain.renewed(reuses_key=reuses_key, issuer=issuer)
    assert trusts(settings, enrolled_with) is is_trusted


def test_certificate_without_a_key_is_for_a_proxy_alone(tmp_path: Path) -> None:
    chain = {"FIELD178_TLS_CERTIFICATE": "/etc/x.pem", "FIELD178_DATA_DIR": str(tmp_path)}
    with pytest.raises(SettingError):
        Settings.from_environment(chain)
    assert Settings.from_environment({**chain, "FIELD178_TRUSTED_PROXIES": "1"}).tls_key is None
