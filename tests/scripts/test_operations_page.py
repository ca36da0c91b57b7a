"""docs/operations.md says what is there: commands, options, files, units and lists, in both languages."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path

import click
import pytest
from sqlalchemy import make_url

from field178_server.cli import main as field178
from field178_server.settings import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "server" / "deploy"
PAGE = (ROOT / "docs/operations.md").read_text("utf-8")
VIETNAMESE, ENGLISH = PAGE.split("\n## English\n")
COMMAND = re.compile(r"(?:f178|field178) (?=[a-z-])")
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
SERVICES = sorted(DEPLOY.glob("*.service"))


def blocks(text: str) -> list[str]:
    return BLOCK.findall(text)


def calls() -> Iterator[str]:
    """Yield every call of the command on the page, from its first word on."""
    for line in "\n".join(blocks(PAGE)).splitlines():
        if line.startswith("f178 "):
            yield line.removeprefix("f178 ")
    for quoted in re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)):
        if quoted.startswith(("f178 ", "field178 ")):
            yield quoted.partition(" ")[2]


def find(words: list[str]) -> tuple[click.Command, list[str]]:
    command: click.Command = field178
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        subcommand = command.get_command(click.Context(command), words[0])
        assert subcommand is not None, f"no command {words[0]}"
        command, words = subcommand, words[1:]
    return command, words


def unknown_options(call: str) -> set[str]:
    command, rest = find(shlex.split(call.replace("[", "").replace("]", ""), comments=True))
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    named = {word.partition("=")[0] for word in rest if word.startswith("--")}
    return named - options - {"--version"}


def test_every_call_is_one_of_the_command() -> None:
    assert {call: unknown_options(call) for call in calls() if unknown_options(call)} == {}


def test_address_of_postgresql_has_a_password_or_connects_by_the_socket() -> None:
    addresses = [make_url(text) for text in re.findall(r"postgresql\+psycopg://[^\s'\"`]+", PAGE)]
    assert len(addresses) == 6
    for address in addresses:
        assert address.password or (not address.host and address.query["host"] == "/var/run/postgresql")


def test_both_languages_give_the_same_commands_for_the_server() -> None:
    last = re.compile(r"(?s).*?### 10\. .*?(?=\n### )")
    vietnamese, english = (last.match(text) for text in (VIETNAMESE, ENGLISH))
    assert vietnamese is not None
    assert english is not None
    # Comments are in the language of the page.
    commands = [[re.sub(r" +# .*", "", block) for block in blocks(part[0])] for part in (vietnamese, english)]
    assert commands[0] == commands[1]
    assert len(commands[0]) >= 10


def test_every_variable_named_is_read_by_something() -> None:
    named = set(re.findall(r"FIELD178_[A-Z0-9_]+", PAGE))
    code = subprocess.run(
        ["git", "grep", "-hoE", "FIELD178_[A-Z0-9_]+", "--", "mobile", "server"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert named - set(VARIABLES.values()) - set(code) == set()


def test_every_file_that_is_installed_is_there_and_no_other() -> None:
    recipe = VIETNAMESE.partition("### Cài không dùng gói")[2]
    installed = "\n".join(line for line in blocks(recipe)[1].splitlines() if "install" in line)
    words = [word for word in installed.split() if not word.startswith(("-", "/"))]
    patterns = [word for word in words if word.startswith(("field178*", "journald", "f178"))]
    installed_files = {path.name for pattern in patterns for path in DEPLOY.glob(pattern)}
    assert installed_files == {path.name for path in DEPLOY.iterdir()}


def test_units_that_are_switched_are_among_the_files() -> None:
    switched = set(re.findall(r"field178(?:-\w+)?\.(?:timer|service)", PAGE))
    assert switched <= {path.name for path in DEPLOY.iterdir()}
    for timer in DEPLOY.glob("*.timer"):
        assert timer.with_suffix(".service").exists()


def test_lists_that_the_page_installs_are_made_by_a_release() -> None:
    script = (ROOT / "scripts/release.sh").read_text("utf-8")
    sets = re.search(r"for extras in (.+); do", script)
    assert sets is not None
    made = {f"requirements-{extras.replace(',', '-')}.txt" for extras in sets[1].split()}
    assert set(re.findall(r"requirements-[a-z0-9-]+\.txt", PAGE)) == made


def test_nothing_is_installed_by_its_name_from_the_public_index() -> None:
    lines = [line for block in blocks(PAGE) for line in block.splitlines() if "pip install" in line]
    assert lines
    assert all("--require-hashes -r requirements-" in line for line in lines)


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_may_write_only_where_it_must(path: Path) -> None:
    unit = RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(path, "utf-8")
    service = dict(unit["Service"])
    # Bodies above 512 KiB lie in a temporary file: ProtectSystem=strict leaves only a private folder for it.
    settings = {
        "User": "field178",
        "PrivateTmp": "yes",
        "ProtectSystem": "strict",
        "ReadWritePaths": "/var/lib/field178",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "UMask": "0077",
    }
    assert settings.items() <= service.items()
    command, _ = find(shlex.split(service["ExecStart"])[1:])
    assert isinstance(command, click.Command)
    assert service["ExecStart"].startswith("/opt/field178/current/bin/field178 ")
