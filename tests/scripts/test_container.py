"""Files of the container: they name settings, files and commands that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import yaml

from field178_server.cli import COMMANDS
from field178_server.settings import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "server/container"
CONTAINERFILE = (FOLDER / "Containerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))


def test_settings_of_the_container_are_settings_of_the_server() -> None:
    named = set(re.findall(r"FIELD178_\w+", CONTAINERFILE + (FOLDER / "start").read_text("utf-8")))
    named |= set(COMPOSE["services"]["server"]["environment"])
    assert named <= set(VARIABLES.values())


def test_port_of_compose_is_the_port_that_the_image_serves() -> None:
    (port,) = COMPOSE["services"]["server"]["ports"]
    assert f"EXPOSE {port.partition(':')[2]}\n" in CONTAINERFILE
    assert f'"--port", "{port.partition(":")[2]}"' in CONTAINERFILE


def test_backups_are_made_by_the_client_of_the_database_of_compose() -> None:
    version = re.search(r"postgres:(\d+)", COMPOSE["services"]["database"]["image"])
    assert version is not None
    assert f"postgresql-client-{version[1]} " in CONTAINERFILE


def test_copied_files_are_of_the_repository_or_of_the_package() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+) ", CONTAINERFILE, re.MULTILINE)
    assert [path for path in copied if not (ROOT / path).exists()] in (["dist/field178_*.deb"], [])


def test_start_is_shell_and_runs_commands_that_exist() -> None:
    subprocess.run(["sh", "-n", str(FOLDER / "start")], check=True)
    run = re.findall(r"^\s*field178 ([a-z-]+)", (FOLDER / "start").read_text("utf-8"), re.MULTILINE)
    assert set(run) == {"init", "upgrade"}
    assert set(run) <= set(COMMANDS)
