"""`init` and `check`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.full_disk import no_room_beyond
from tests.server.cli.command import Command

from field178_server.security import certificates


def test_a_server_is_set_up_with_everything_it_needs(command: Command) -> None:
    told = command.json("init")
    assert told["tenant"] == "main"
    assert len(str(told["receipt_key"])) == 43
    assert command("check") == "Mọi thứ đều ổn.\n"


def test_setting_up_again_keeps_keys_and_history(command: Command) -> None:
    assert command.json("init") == command.json("init")


@pytest.fixture
def open_mask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def loose(folder: Path) -> list[str]:
    every = [folder, *folder.rglob("*")]
    # A certificate is for everybody.
    return [str(path) for path in every if path.suffix != ".crt" and path.stat().st_mode & 0o077]


def test_nobody_but_the_owner_reads_what_the_server_keeps(command: Command, open_mask: None) -> None:
    command("init", "--url", "https://so178.example")
    command("user", "add", "an", "--role", "inspector", "--generate")
    assert (command.folder / "field178.sqlite").exists()
    assert loose(command.folder) == []
    for path in (command.folder, *command.folder.glob("*.*")):
        path.chmod(0o777)
    command("init")
    assert loose(command.folder) == []


@pytest.mark.parametrize("arguments", [("serve", "--port", "0"), ("enrol-code", "--user", "an")])
def test_a_server_that_is_not_set_up_is_told_to_be(command: Command, arguments: tuple[str, ...]) -> None:
    result = command.run(*arguments)
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "field178 init" in result.output


def test_no_account_exists_by_default(command: Command) -> None:
    command("init")
    assert command.rows("user", "list") == []


def test_https_brings_an_authority_whose_pin_is_in_the_link(command: Command) -> None:
    told = command.json("init", "--url", "https://so178.huyen.example:8443")
    assert told["url"] == "https://so178.huyen.example:8443"
    assert told["ca_pin"] == certificates.pin_of(command.folder / "tls" / certificates.CA_CERTIFICATE)
    command("user", "add", "an", "--role", "inspector", "--generate")
    link = str(command.json("enrol-code", "--user", "an")["link"])
    assert link.startswith("field178:enrol?u=https://so178.huyen.example:8443&c=")
    assert f"&p={told['ca_pin']}&k={told['receipt_key']}" in link


def test_an_own_certificate_is_kept_in_the_settings(command: Command, tmp_path: Path) -> None:
    command("init", "--url", "https://so178.example")
    own = tmp_path / "own"
    shutil.copytree(command.folder / "tls", own)
    shutil.rmtree(command.folder / "tls")
    told = command.json(
        "init", "--certificate", str(own / certificates.CERTIFICATE), "--key", str(own / certificates.KEY)
    )
    assert told["ca_pin"] == certificates.pin_of(own / certificates.CA_CERTIFICATE)
    assert not (command.folder / "tls").exists()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE scope SET live_count = live_count + 1 WHERE scope = 'ref'", "scope: ref digest"),
        (
            "UPDATE record SET body = replace(body, 'team_lead', 'inspector') WHERE type = 'person'",
            "record: ",
        ),
        ("UPDATE record SET deleted = 1, rev = rev + 1 WHERE type = 'team'", "scope: team:"),
        ("UPDATE alembic_version SET version_num = '0000'", "migrations: "),
    ],
)
def test_what_differs_is_named_and_the_exit_code_tells(field178: Command, statement: str, named: str) -> None:
    with field178.operator().engine.begin() as connection:
        connection.execute(text(statement))
    result = field178.run("check")
    assert result.exit_code == 1
    assert named in result.output


def test_a_key_that_others_read_is_named(field178: Command) -> None:
    key = field178.folder / "keys/main/receipt.key"
    key.chmod(0o644)
    result = field178.run("check", "--json")
    assert result.exit_code == 1
    assert str(key) in result.output


def test_a_lost_key_is_named_and_never_made_anew_in_silence(field178: Command) -> None:
    (field178.folder / "keys/main/receipt.key").unlink()
    assert "receipt.key" in field178.run("check").output
    assert "bản sao lưu" in field178.run("serve", "--port", "0").output
    assert field178.run("init").exit_code == 1
    assert not (field178.folder / "keys/main/receipt.key").exists()


def test_a_setting_that_cannot_be_ends_with_two_and_its_name(command: Command) -> None:
    command.set(THREADS="many")
    result = command.run("check")
    assert result.exit_code == 2
    assert "FIELD178_THREADS" in result.output


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is set as on Linux")
def test_a_full_disk_is_said_in_one_line(field178: Command) -> None:
    with no_room_beyond(0):
        result = field178.run("user", "add", "binh", "--role", "reviewer", "--generate")
    assert result.exit_code == 1
    assert "[storage_full]" in result.output
    assert len(result.output.splitlines()) == 1
    field178("user", "add", "binh", "--role", "reviewer", "--generate")
