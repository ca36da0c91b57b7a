"""Tablets behind a public certificate, its renewals, and a proxy that has its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.server_process import ServerProcess, running_server
from tests.e2e.tls_ending_proxy import tls_ending_proxy
from tests.public_authority import PublicChain, authority, public_chain

from field178_mobile.replication.enrolment import read_link
from field178_mobile.replication.events import SyncMessage
from field178_server.cli import main

HOST = "localhost"


@pytest.fixture
def chain(tmp_path: Path) -> PublicChain:
    return public_chain(tmp_path / "letsencrypt", HOST)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as closing_all:
        yield closing_all


def served(folder: Path, chain: PublicChain) -> dict[str, str]:
    folder.mkdir()
    return {
        "FIELD178_URL": f"https://{HOST}:8178",
        "FIELD178_TLS_CERTIFICATE": str(chain.files[0]),
        "FIELD178_TLS_KEY": str(chain.files[1]),
    }


def pins_in_the_link(server: ServerProcess) -> str:
    link = read_link(str(json.loads(server.command("enrol-code", "--user", "an", "--json"))["link"]))
    assert link is not None
    return link.pin


def tablet_at(server: ServerProcess, folder: Path, url: str) -> RealTablet:
    """Enrol with what the link of a code names, as by its QR."""
    pins = pins_in_the_link(server)
    server.url = url
    return enrolled(server, "an", folder, pin=pins)


def add_officer(server: ServerProcess) -> None:
    server.command(
        "user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin="con-trau-gam-co-an-1\n"
    )


def certificate_check(server: ServerProcess) -> dict[str, object]:
    """Return the check of `field178 health`, whose exit code tells of all checks."""
    done = CliRunner().invoke(main, ["health", "--json"], env=server._environment())
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    return checks["certificate"]


def test_tablet_enrols_and_syncs_with_a_public_certificate_and_after_its_renewal(
    tmp_path: Path, chain: PublicChain, stack: ExitStack
) -> None:
    server = stack.enter_context(running_server(tmp_path / "s", **served(tmp_path / "s", chain)))
    add_officer(server)
    url = server.url.replace("127.0.0.1", HOST)
    tablet = stack.enter_context(closing(tablet_at(server, tmp_path / "t", url)))
    assert tablet.sync() is SyncMessage.IN_SYNC

    port = server.port
    server.stop()
    other_issuer = authority("Another intermediate", chain.root)
    chain.renewed(reuses_key=True, issuer=other_issuer)
    server.start(port)
    tablet.transport.close()
    assert tablet.sync() is SyncMessage.IN_SYNC
    assert certificate_check(server)["reason"] == ""

    server.stop()
    chain.renewed(reuses_key=False, issuer=authority("A third intermediate", chain.root))
    server.start(port)
    tablet.transport.close()
    assert tablet.sync() is SyncMessage.NOT_OUR_SERVER
    check = certificate_check(server)
    assert (check["level"], check["reason"], check["tablets"]) == ("fault", "other_key", 1)


def test_link_behind_a_proxy_names_the_proxys_certificate(
    tmp_path: Path, chain: PublicChain, stack: ExitStack
) -> None:
    (tmp_path / "s").mkdir()
    own = {
        "FIELD178_URL": f"https://{HOST}",
        "FIELD178_TRUSTED_PROXIES": "1",
        "FIELD178_TLS_CERTIFICATE": str(chain.files[0]),
    }
    server = stack.enter_context(running_server(tmp_path / "s", **own))
    add_officer(server)
    assert not (tmp_path / "s" / "tls").exists()
    port = stack.enter_context(tls_ending_proxy(chain.files, server.port))
    with closing(tablet_at(server, tmp_path / "t", f"https://{HOST}:{port}")) as tablet:
        assert tablet.sync() is SyncMessage.IN_SYNC


def test_init_refuses_a_certificate_that_tablets_would_refuse(tmp_path: Path, chain: PublicChain) -> None:
    own = {"FIELD178_DATA_DIR": str(tmp_path / "data")}
    files = ["--certificate", str(chain.files[0]), "--key", str(chain.files[1])]
    done = CliRunner().invoke(main, ["init", "--url", "https://so178.example", *files], env=own)
    assert done.exit_code == 1
    assert re.search(r"sẽ không tin chứng thư của https://so178\.example: .*fullchain\.pem", done.output)
    done = CliRunner().invoke(main, ["init", "--url", f"https://{HOST}:1", *files], env=own)
    assert done.exit_code == 0, done.output
